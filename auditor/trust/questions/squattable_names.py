"""Names that somebody else may have: the form that subjects with ids had for a day, and no longer have.

On 2026-04-23 GitHub wrote an owner and its id as `acme-123`, which is also the name that an account may have,
and took it back the day after for `acme@123` (GitHub changelog, 2026-04-23; Boost Security, "Sleeper Squats",
2026-06). A policy that kept it serves nobody but whoever is called so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_WITH_IDS = re.compile(r"([^/]+)-(\d+)/([^/]+)-(\d+)")
_LEAST_OWNER, _LEAST_REPOSITORY = 4, 8
"""Digits of ids that are hardly a number in a name: repositories have had eight and more since 2012."""
_DATE = re.compile(r"20\d{6}")


def squattable(repositories: Iterable[str], here: str | None) -> frozenset[str]:
    """Those of the repositories, in small letters, that are names with ids behind hyphens.

    Short numbers count only behind the names of `here`, the repository that is audited.
    """
    own = (here or "").lower()
    return frozenset(name for name in repositories if name != own and _has_ids(name, own))


def _has_ids(name: str, own: str) -> bool:
    found = _WITH_IDS.fullmatch(name)
    if found is None:
        return False
    owner_id, repository_id = found[2], found[4]
    are_long = len(owner_id) >= _LEAST_OWNER and len(repository_id) >= _LEAST_REPOSITORY
    return f"{found[1]}/{found[3]}" == own or (are_long and not _DATE.fullmatch(repository_id))
