"""The days on which verdicts turn."""

from datetime import date, timedelta

from auditor.knowledge.platform.calendar import CHANGE_DAYS, last_change_day
from auditor.knowledge.platform.changes import TARGET_REFUSED
from auditor.knowledge.platform.runners import RETIRED


def test_each_dated_fact_is_a_change_day():
    assert TARGET_REFUSED.since in CHANGE_DAYS
    assert set(RETIRED.values()) <= set(CHANGE_DAYS)
    assert list(CHANGE_DAYS) == sorted(set(CHANGE_DAYS))


def test_the_last_change_day_is_the_day_itself_or_before_it():
    day = TARGET_REFUSED.since
    assert last_change_day(day) == last_change_day(day + timedelta(days=1)) == day
    assert last_change_day(day - timedelta(days=1)) < day
    assert last_change_day(date(1999, 1, 1)) == date.min
