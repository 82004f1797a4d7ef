"""Rules are run, their hits become findings, and a rule that crashes hides nothing of the others."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.audit.audit import audit
from auditor.cloud.relying_party import RelyingParty
from auditor.collect.collected import CollectedFile, CollectedRepository
from auditor.collect.coverage import Kind
from auditor.engine import registry, run
from auditor.engine.rule import Doc, Rule
from auditor.facts import Facts
from auditor.finding import Confidence, Hit, Severity, Stage
from auditor.model.agent_config import AgentConfig
from auditor.model.documents import Action, Job, Step, Workflow
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.report.scan import json, sarif, text
from auditor.report.scan.document import Report
from auditor.source import Source

PATH = ".github/workflows/w.yml"
TEXT = """on: push
jobs:
  a: {runs-on: x, steps: [{run: echo, name: hi}]}
  b: {runs-on: x, steps: [{run: x}]}
"""


def made(reads: type[Any], check: Callable[[Any, Facts], Iterator[Hit]], id: str = "a-test") -> Rule[Any]:
    return Rule(
        id, "A test", Severity.HIGH, reads, check, 829, "CICD-SEC-4", "code", "0.1.0", Doc("A test.", {}), "x"
    )


def saying(message: str) -> Callable[[Any, Facts], Iterator[Hit]]:
    def check(subject: Any, _: Facts) -> Iterator[Hit]:
        yield Hit(message=message, at=subject.location)

    return check


def crash(subject: Any, _: Facts) -> Iterator[Hit]:
    yield Hit(message="before", at=subject.location)
    raise ValueError("a mistake")


def scan(*rules: Rule[Any], content: str = TEXT, **more: str) -> Report:
    files = [CollectedFile(Source(PATH, content), Kind.WORKFLOW)]
    kinds = {"action": ("action.yml", Kind.ACTION), "agent": (".codex/config.toml", Kind.AGENT_CONFIG)}
    kinds["trust"] = ("trust.json", Kind.TRUST_POLICY)
    files += [CollectedFile(Source(kinds[key][0], each), kinds[key][1]) for key, each in more.items()]
    return audit([CollectedRepository(root=run.__file__, files=tuple(files))], Settings(), rules)


def test_a_hit_becomes_a_finding() -> None:
    (first, second) = scan(made(Job, saying("x"))).findings
    assert (first.rule, first.severity, first.confidence) == ("a-test", Severity.HIGH, Confidence.HIGH)
    assert (first.job, first.step, second.job) == ("a", None, "b")


def test_a_hit_may_say_how_severe_it_is() -> None:
    def check(job: Job, _: Facts) -> Iterator[Hit]:
        yield Hit(message="x", at=job.location, severity=Severity.INFO, job="other", step="that", text="y")

    finding = scan(made(Job, check)).findings[0]
    assert (finding.severity, finding.job, finding.step) == (Severity.INFO, "other", "that")


def test_a_crashed_rule_is_named_and_the_others_stay() -> None:
    report = scan(made(Job, crash, "a-crash"), made(Job, saying("x"), "the-other"))
    assert [(problem.stage, problem.message) for problem in report.problems] == [
        (Stage.RULE, "the rule a-crash crashed here: ValueError: a mistake")
    ] * 2
    assert [problem.location.span.start.line for problem in report.problems] == [3, 4]
    assert sorted(finding.rule for finding in report.findings) == ["a-crash"] * 2 + ["the-other"] * 2


@pytest.mark.parametrize("error", [RecursionError(), MemoryError(), KeyError("x"), AssertionError()])
def test_any_crash_is_a_problem(error: Exception) -> None:
    def check(_: Job, __: Facts) -> Iterator[Hit]:
        raise error

    report = scan(made(Job, check))
    assert type(error).__name__ in report.problems[0].message
    assert report.findings == ()


def test_every_kind_of_subject_has_a_place_to_crash_at() -> None:
    issuer = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
    trust = f"""{{"Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {{"Federated": "{issuer}"}}}}]}}"""
    action = "runs: {using: composite, steps: [{run: x, shell: bash}]}"
    for reads in (Repository, Workflow, Job, Step, Action, AgentConfig, RelyingParty):

        def check(_: Any, __: Facts) -> Iterator[Hit]:
            raise ValueError("x")

        report = scan(made(reads, check), action=action, agent="a = 1", trust=trust)
        assert report.problems, reads
        assert all(problem.location.path for problem in report.problems)


def test_findings_are_capped_for_each_rule_and_file() -> None:
    def check(workflow: Workflow, _: Facts) -> Iterator[Hit]:
        for number in range(run.MAX_FINDINGS + 7):
            yield Hit(message=f"{number}", at=workflow.location)

    report = scan(made(Workflow, check), made(Workflow, check, "the-other"))
    assert len(report.findings) == 2 * run.MAX_FINDINGS
    assert [problem.message for problem in report.problems] == [
        "7 more findings of a-test in this file are not listed: 7 high",
        "7 more findings of the-other in this file are not listed: 7 high",
    ]


def severities(*levels: tuple[int, Severity]) -> Callable[[Any, Facts], Iterator[Hit]]:
    """Hits of each of the severities in turn, numbered in all."""

    def check(subject: Any, _: Facts) -> Iterator[Hit]:
        each_level = [level for count, level in levels for _ in range(count)]
        for number, level in enumerate(each_level):
            yield Hit(message=f"{number:06}", at=subject.location, severity=level)

    return check


@pytest.mark.parametrize("many", [run.MAX_FINDINGS, run.MAX_COUNTED + 1, 3 * run.MAX_COUNTED])
def test_many_of_low_hide_none_that_is_worse(many: int) -> None:
    check = severities((many, Severity.LOW), (2, Severity.HIGH), (3, Severity.MEDIUM), (1, Severity.HIGH))
    report = scan(made(Workflow, check))
    assert [finding.message for finding in report.findings] == [
        *(f"{number:06}" for number in range(run.MAX_FINDINGS - 6)),
        *(f"{many + number:06}" for number in range(6)),
    ]
    cut = many + 6 - run.MAX_FINDINGS
    assert [problem.message for problem in report.problems] == [
        f"{cut} more findings of a-test in this file are not listed: {cut} low"
    ]


def test_what_is_cut_is_counted_by_severity_and_the_first_of_equals_stay() -> None:
    check = severities((4, Severity.INFO), (60, Severity.MEDIUM), (70, Severity.HIGH), (3, Severity.LOW))
    report = scan(made(Workflow, check))
    kept = [*range(4, 4 + 30), *range(64, 64 + 70)]
    assert [finding.message for finding in report.findings] == [f"{number:06}" for number in kept]
    assert [problem.message for problem in report.problems] == [
        "37 more findings of a-test in this file are not listed: 30 medium, 3 low, 4 info"
    ]


@pytest.mark.parametrize(
    ("level", "looked_at"), [(Severity.HIGH, run.MAX_COUNTED), (Severity.LOW, run.MAX_LOOKED_AT)]
)
def test_a_rule_that_finds_too_much_stops(level: Severity, looked_at: int) -> None:
    report = scan(made(Workflow, severities((run.MAX_LOOKED_AT + 5, level))))
    cut = looked_at - run.MAX_FINDINGS
    assert [problem.message for problem in report.problems] == [
        f"at least {cut} more findings of a-test in this file are not listed: {cut} {level}"
    ]


def test_the_cut_changes_no_fingerprint() -> None:
    few = scan(made(Workflow, severities((5, Severity.LOW), (2, Severity.HIGH)))).findings
    many = scan(
        made(Workflow, severities((5, Severity.LOW), (2, Severity.HIGH), (200, Severity.LOW)))
    ).findings
    assert {finding.fingerprint for finding in few} < {finding.fingerprint for finding in many}


def fingerprints(content: str, rule: Rule[Any]) -> list[str]:
    return [finding.fingerprint for finding in scan(rule, content=content).findings]


def test_fingerprints_survive_edits_above_and_differ_among_equals() -> None:
    rule = made(Step, saying("x"))
    before = fingerprints(TEXT, rule)
    assert len(set(before)) == 2
    moved = TEXT.replace("on: push", "# a comment\n\non: push").replace(
        "steps: [", "steps: [{uses: a/b@v1}, "
    )
    after = fingerprints(moved, rule)
    assert set(before) < set(after)
    same = TEXT.replace("name: hi", "id: a").replace("{run: x}", "{run: x}, {run: x}, {run: x}")
    assert len(set(fingerprints(same, rule))) == 4


def test_fingerprints_do_not_depend_on_the_message() -> None:
    assert fingerprints(TEXT, made(Step, saying("x"))) == fingerprints(TEXT, made(Step, saying("y")))


@given(st.text(st.characters(), max_size=20))
def test_any_text_has_a_fingerprint(any_text: str) -> None:
    def check(job: Job, _: Facts) -> Iterator[Hit]:
        yield Hit(message=any_text, at=job.location, text=any_text, step=any_text)

    assert all(len(finding.fingerprint) == 32 for finding in scan(made(Job, check)).findings)


# What is of a wrong type, up to the rules and the reports.

SINK = "${{ github.event.issue.title }}"
VALUES = [
    "x", "5", "true", "~", "''", "[]", "{}", "[[x]]", "{a: {b: [c]}}", f"'{SINK}'", "'${{ secrets.A }}'",
    "'${{'", "'${{ matrix.os }}'", "'${{ inputs.a }}'", "'${{ env.A }}'", "self-hosted", "inherit", "./",
    "./.github/workflows/x.yml", "actions/checkout@v4", "{id-token: write}", "write-all", "issues", "!t x",
    "'*'", '"\\e\\n"',
]  # fmt: skip
PLACES = """name: @
on: {issues: @, push: @, workflow_call: {inputs: {a: @}, outputs: {o: {value: @}}}, workflow_run: @}
permissions: @
env: @
defaults: @
jobs:
  a:
    {runs-on: @, needs: @, if: @, permissions: {contents: @}, environment: @, env: {A: @}, outputs: {o: @},
    strategy: {matrix: {os: @, include: @}}, container: @, services: {s: @}, timeout-minutes: @, steps: [
    {id: @, if: @, run: @, shell: @, env: {A: @}}, {uses: @, with: {ref: @, script: @}}, {parallel: @}, @]}
  b: {uses: @, with: @, secrets: @, needs: [a, @]}
  c: @
"""


@given(st.lists(st.sampled_from(VALUES), min_size=PLACES.count("@"), max_size=PLACES.count("@")))
def test_no_value_at_any_key_crashes_a_rule_or_a_report(values: list[str]) -> None:
    pieces = PLACES.split("@")
    content = pieces[0] + "".join(value + piece for value, piece in zip(values, pieces[1:], strict=True))
    report = scan(*registry.load(), content=content)
    assert all(problem.stage in (Stage.MODEL, Stage.EXPRESSION) for problem in report.problems)
    for render in (text.render, json.render, sarif.render):
        assert "\x1b" not in render(report)
