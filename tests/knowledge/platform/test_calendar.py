"""The days on which verdicts turn."""

from datetime import date, timedelta

from auditor.knowledge.platform.calendar import TURNS, last_turn
from auditor.knowledge.platform.changes import TARGET_REFUSED
from auditor.knowledge.platform.runners import RETIRED


def test_each_dated_fact_is_a_turn():
    assert TARGET_REFUSED.since in TURNS
    assert set(RETIRED.values()) <= set(TURNS)
    assert list(TURNS) == sorted(set(TURNS))


def test_the_last_turn_is_the_day_itself_or_before_it():
    day = TARGET_REFUSED.since
    assert last_turn(day) == last_turn(day + timedelta(days=1)) == day
    assert last_turn(day - timedelta(days=1)) < day
    assert last_turn(date(1999, 1, 1)) == date.min
