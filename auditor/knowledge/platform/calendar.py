"""The days on which a verdict may change without a change of anything but the date."""

from __future__ import annotations

from datetime import date

from auditor.knowledge.platform import changes
from auditor.knowledge.platform.changes import IMMUTABLE_SUBJECTS_SINCE, Change
from auditor.knowledge.platform.runners import RETIRED

CHANGE_DAYS: tuple[date, ...] = tuple(
    sorted(
        {
            IMMUTABLE_SUBJECTS_SINCE,
            *RETIRED.values(),
            *(value.since for value in vars(changes).values() if isinstance(value, Change)),
        }
    )
)
"""All of them, in order."""


def last_change_day(day: date) -> date:
    """The last of the days up to `day`, or the first day that there is: verdicts of both are the same."""
    return max((verdict_day for verdict_day in CHANGE_DAYS if verdict_day <= day), default=date.min)
