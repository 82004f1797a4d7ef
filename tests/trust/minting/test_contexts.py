"""The refs that a trigger's filters let through, and how a trust policy would write them."""

import pytest

from auditor.trust.minting.contexts import filtered


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ("main", "main"),
        ("release/*", "release/*"),
        ("release/**", "release/*"),
        ("a**#b", "a*#b"),
        ("v[0-9].x*", "v?.x*"),
        ("v[0-9]+[ab]c", "v*?c"),
        ("fi?x+y", "f**y"),
    ],
)
def test_a_filter_as_a_glob(pattern: str, shown: str) -> None:
    (context,) = filtered("refs/heads/", [pattern])
    assert (context.kind, context.shown) == ("ref", f"refs/heads/{shown}")


@pytest.mark.parametrize(
    ("patterns", "taken", "not_taken"),
    [
        (["v[0-9].x*"], "v1.xy", "va.x"),
        (["fi?x"], "fx", "fiix"),
        (["**", "!dev"], "main", "dev"),
    ],
)
def test_what_filters_take(patterns: list[str], taken: str, not_taken: str) -> None:
    (context,) = filtered("refs/heads/", patterns)
    assert f"refs/heads/{taken}" in context.tail
    assert f"refs/heads/{not_taken}" not in context.tail
