"""Which refs of `actions/checkout` are known to refuse forks, and where they keep the token."""

import pytest

from auditor.knowledge.actions.checkout import FIRST_GUARDED, RELEASES, major_version, refuses_forks


@pytest.mark.parametrize(
    ("ref", "refuses"),
    [
        ("v1", False),
        ("v1.2.0", False),
        ("v2", True),
        ("v2.7.0", False),
        ("v2.8.0", True),
        ("v4.3", False),
        ("v4.4", True),
        ("v5.0.1", False),
        ("v7", True),
        ("v8.0.0", True),
        ("main", True),
        ("releases/v2", None),
        ("0" * 40, None),
        ("34e114876b0b11c390a56381ad16ebd13914f8d5", False),
        ("11d5960a326750d5838078e36cf38b85af677262", True),
    ],
)
def test_refusing(ref: str, refuses: bool | None) -> None:
    assert refuses_forks(ref) is refuses


def test_every_first_guarded_release_is_listed() -> None:
    versions = set(RELEASES.values())
    assert {(major, *rest) for major, rest in FIRST_GUARDED.items()} <= versions
    for commit, version in RELEASES.items():
        assert refuses_forks(commit) is refuses_forks("v" + ".".join(map(str, version)))


def test_major() -> None:
    assert major_version("v6.0.1") == major_version("v6") == 6
    assert major_version("df4cb1c069e1874edd31b4311f1884172cec0e10") == 6
    assert major_version("main") == max(FIRST_GUARDED)
    assert major_version("some-branch") is None
