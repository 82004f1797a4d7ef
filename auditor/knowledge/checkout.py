"""Which releases of `actions/checkout` refuse the code of a fork's pull request.

Source: changelog "Safer pull_request_target defaults for GitHub Actions checkout" (2026-06-18), the
action's tags and `src/unsafe-pr-checkout-helper.ts`, read 2026-11.
"""

from __future__ import annotations

import re

CHECKOUT = "actions/checkout"

OPT_OUT = "allow-unsafe-pr-checkout"
"""The input that switches the refusal off when it is `true`, in any case."""

FIRST_GUARDED: dict[int, tuple[int, int]] = {2: (8, 0), 3: (7, 0), 4: (4, 0), 5: (1, 0), 6: (1, 0), 7: (0, 0)}
"""Major version to the first minor and patch that refuse."""

GUARDED_COMMITS = frozenset(
    {
        "0717577d45739eb3c851188b29f50ed6c0b2194e",
        "a37ce9120846195fa4ece8f58b268e6043cb2f26",
        "11d5960a326750d5838078e36cf38b85af677262",
        "fbc6f3992d24b796d5a048ff273f7fcc4a7b6c09",
        "d23441a48e516b6c34aea4fa41551a30e30af803",
        "9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0",
        "3d3c42e5aac5ba805825da76410c181273ba90b1",
    }
)
"""Commits of the first guarded tags, and of v7.0.1."""

_TAG = re.compile(r"v(\d+)(?:\.(\d+))?(?:\.(\d+))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def refuses_forks(ref: str) -> bool | None:
    """Whether the action at `ref` refuses a fork's code on github.com; None where the ref doesn't tell."""
    if ref in ("main", "master"):
        return True
    if _COMMIT.fullmatch(ref):
        return True if ref in GUARDED_COMMITS else None
    tag = _TAG.fullmatch(ref)
    if tag is None:
        return None
    major = int(tag[1])
    if tag[2] is None:
        # A floating tag, which was moved to the guarded release.
        return major >= min(FIRST_GUARDED)
    guarded = FIRST_GUARDED.get(major)
    if guarded is None:
        return major > max(FIRST_GUARDED)
    return (int(tag[2]), int(tag[3] or 0)) >= guarded


def major_version(ref: str) -> int | None:
    """The major version that a tag names; None where the ref doesn't tell."""
    tag = _TAG.fullmatch(ref)
    if tag is not None:
        return int(tag[1])
    return max(FIRST_GUARDED) if ref in ("main", "master") else None
