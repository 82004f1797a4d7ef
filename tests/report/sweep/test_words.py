from collections.abc import Callable
from dataclasses import replace

import pytest

from auditor.finding import Severity
from auditor.report.sweep.document import Outcome, Standing, Sweep, SweptFinding, SweptRepository
from auditor.report.sweep.words import (
    NotVerified,
    Tally,
    coverage,
    equation,
    link,
    not_seen,
    not_verified,
    seen_in_part,
    verdict,
)

Make = Callable[..., SweptFinding]
Repository = Callable[..., SweptRepository]
Build = Callable[..., Sweep]


def said(sweep: Sweep) -> str:
    return " ".join(verdict(sweep, Tally.of(sweep, shown=5)))


def test_the_verdict_of_a_later_sweep(full_sweep: Sweep) -> None:
    assert said(full_sweep) == (
        "2 new findings (1 critical, 1 high) since 2026-11-24 04:12 UTC; 1 fixed, 2 still open, "
        "2 not looked at, 1 gone with its repository. "
        "Of the new ones 1 is in repositories that no sweep saw before. "
        "The sweep is incomplete: 1 repository failed, 1 repository not verifiable, "
        "1 repository seen in part, 1 problem of the sweep. "
        "Settings of 2 repositories couldn't be read, so what they decide is open."
    )


def test_the_first_sweep_calls_nothing_new(full_sweep: Sweep) -> None:
    first = said(replace(full_sweep, previous=None))
    assert first.startswith(
        "4 findings (1 critical, 2 high, 1 medium) in 4 audited repositories. The sweep is"
    )
    assert "new" not in first


def test_nothing_found_is_said_of_what_was_seen(make_sweep: Build, make_repository: Repository) -> None:
    first = make_sweep([make_repository("acme/a"), make_repository("acme/b")], previous=None)
    assert said(first) == "No findings in 2 audited repositories. Everything was seen that should have been."
    later = replace(first, previous=first.started)
    assert said(later).startswith("Nothing new since 2026-11-25 04:00 UTC; 0 fixed, 0 still open. Everything")


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if not outcome.is_seen])
@pytest.mark.parametrize("is_first", [True, False])
def test_what_was_not_seen_is_never_clean(
    outcome: Outcome, is_first: bool, make_sweep: Build, make_repository: Repository
) -> None:
    sweep = make_sweep([make_repository("acme/a", outcome, reason="why")])
    text = said(replace(sweep, previous=None) if is_first else sweep)
    assert text.startswith("No repository was audited, of 1 listed.")
    assert ("incomplete" in text) == (outcome is not Outcome.SKIPPED)


def test_nothing_listed(make_sweep: Build) -> None:
    assert said(make_sweep()) == "No repository is listed."


def test_a_tally_keeps_the_worst_and_counts_all(make_sweep: Build, make_swept: Make) -> None:
    found = [
        make_swept(severity=severity, verdict=verdict, fingerprint=f"{severity}-{verdict}-{number}")
        for number in range(3)
        for severity in ("low", "critical", "high")
        for verdict in ("not evaluable", "exposed")
    ]
    tally = Tally.of(make_sweep(findings=found), shown=7)
    assert [finding.document["fingerprint"] for finding in tally.new] == [
        *(f"critical-exposed-{number}" for number in range(3)),
        *(f"critical-not evaluable-{number}" for number in range(3)),
        "high-exposed-0",
    ]
    assert tally.open == {Severity.LOW: 6, Severity.CRITICAL: 6, Severity.HIGH: 6}
    assert tally.number(Standing.NEW, Standing.FIXED) == 18


def test_a_tally_of_everything(full_sweep: Sweep) -> None:
    tally = Tally.of(full_sweep, shown=1)
    assert tally.rules == {
        "self-hosted-fork-code": {Severity.CRITICAL: 1},
        "template-injection": {Severity.HIGH: 2},
        "token-too-wide": {Severity.MEDIUM: 1},
    }
    assert tally.new_rules == {"self-hosted-fork-code": 1, "template-injection": 1}
    assert tally.lost == {Standing.GONE: {"acme/old": 1}, Standing.UNSEEN: {"acme/slow": 2}}
    assert (tally.newcomers, len(tally.new), len(tally.fixed)) == (1, 1, 1)


def test_findings_of_a_first_repository_that_stand_are_no_newcomers(
    make_sweep: Build, make_repository: Repository, make_swept: Make
) -> None:
    sweep = make_sweep([make_repository("acme/shop", is_first=True)], [make_swept(Standing.OPEN)])
    assert Tally.of(sweep, shown=1).newcomers == 0


def test_the_coverage_adds_up(full_sweep: Sweep) -> None:
    shares = coverage(full_sweep)
    assert [share.outcome for share in shares] == list(Outcome)
    assert sum(share.number for share in shares) == len(full_sweep.repositories)
    assert shares[2].reasons == (("archived", 2), ("empty", 1))
    assert shares[0].reasons == ()
    assert equation(full_sweep) == (
        "9 listed = 3 scanned + 1 reused + 3 skipped + 1 failed + 1 not verifiable"
    )
    assert seen_in_part(full_sweep) == 1


def test_what_was_lost_is_named_with_its_reason(full_sweep: Sweep) -> None:
    assert list(not_seen(full_sweep)) == [
        ("acme/broken", "seen in part: a.yml:3: not YAML: a tab"),
        ("acme/slow", "failed: GitHub answers with 502"),
        ("acme/secret", "not verifiable: its files need Contents: read"),
    ]


def test_of_many_problems_the_first_is_told(make_sweep: Build, make_repository: Repository) -> None:
    problems = ({"path": "a.yml", "line": 1, "stage": "model", "message": "too deep"},) * 3
    ((_, why),) = not_seen(make_sweep([make_repository("acme/a", problems=problems)]))
    assert why == "seen in part: a.yml:1: too deep (and 2 more problems)"


def test_a_sum_has_all_its_terms(make_sweep: Build) -> None:
    assert equation(make_sweep()) == (
        "0 listed = 0 scanned + 0 reused + 0 skipped + 0 failed + 0 not verifiable"
    )


def test_what_would_have_to_be_granted(full_sweep: Sweep) -> None:
    assert not_verified(full_sweep) == (
        NotVerified("Administration: read", ("default_token", "may_approve"), 2),
        NotVerified("Secrets: read", ("secrets",), 1),
        NotVerified("another try", ("subject",), 1),
    )


@pytest.mark.parametrize(
    ("changes", "end"),
    [
        ({}, ".github/workflows/ci.yml#L4"),
        ({"end_line": 9}, ".github/workflows/ci.yml#L4-L9"),
        ({"path": "CLAUDE.md"}, "CLAUDE.md?plain=1#L4"),
        ({"path": "a b/#?\udcff.yml"}, "a%20b/%23%3F%FF.yml#L4"),
    ],
)
def test_a_link_leads_to_the_lines_at_the_commit(
    changes: dict[str, object], end: str, make_sweep: Build, make_swept: Make
) -> None:
    found = link(make_sweep(), make_swept(**changes))
    assert found == f"https://github.com/acme/shop/blob/9fceb02d0ae598e95dc970b74767f19372d61af8/{end}"


def test_no_link_where_nothing_is_known_to_be(make_sweep: Build, make_swept: Make) -> None:
    assert link(make_sweep(url=None), make_swept()) is None
    assert link(make_sweep(), make_swept(commit="")) is None
    assert link(make_sweep(), make_swept(path="/elsewhere/settings.json")) is None
