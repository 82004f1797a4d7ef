from datetime import date

import pytest

from auditor.facts import Facts
from auditor.facts.reach.entry_contexts import EntryContexts
from auditor.knowledge.platform.contexts import WRITTEN_REFS
from auditor.knowledge.platform.events import Actor
from auditor.languages import yaml
from auditor.languages.expression import parse_condition
from auditor.model.repository import Repository
from auditor.model.settings import EnvironmentRules, Host, Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

NO_SETTINGS = Settings()


def facts_of(*texts: str, settings: Settings = NO_SETTINGS) -> Facts:
    workflows = []
    for number, text in enumerate(texts):
        parsed = yaml.parse(Source(f".github/workflows/w{number}.yml", text))
        workflow, problems = read_workflow(parsed)
        assert workflow is not None
        assert not problems
        workflows.append(workflow)
    return Facts(Repository(workflows=tuple(workflows)), settings)


def holds(
    condition: str, on: str, *, actor: Actor = Actor.OUTSIDER, settings: Settings = NO_SETTINGS, **which
):
    text = f"on: {on}\njobs: {{a: {{runs-on: x, steps: [{{run: make}}]}}}}\n"
    facts = facts_of(text, settings=settings)
    entries = facts.reach.entries(facts.repository.workflows[0])
    wanted = {"starter": actor, **which}
    entry = next(
        entry for entry in entries if all(getattr(entry, name) is value for name, value in wanted.items())
    )
    return EntryContexts(entry, settings).holds(parse_condition(condition))


HEAD = "github.event.pull_request.head"


@pytest.mark.parametrize(
    "condition",
    [
        f"{HEAD}.repo.full_name == github.repository",
        f"{HEAD}.repo.full_name == github.event.pull_request.base.repo.full_name",
        f"{HEAD}.repo.full_name == 'acme/models'",
        f"{HEAD}.repo.id == github.event.repository.id",
        f"{HEAD}.repo.owner.login == github.repository_owner",
        f"{HEAD}.user.login == 'acme'",
        f"startsWith({HEAD}.label, 'acme:')",
        f"{HEAD}.label == 'acme:main'",
        "github.event.pull_request.user.login == 'dependabot[bot]'",
        "github.event_name == 'push'",
        "github.ref == 'refs/heads/main'",
        "github.event.pull_request.merged",
        "github.event.label.name == 'gpu'",
        "github.actor == 'ada'",
        "github.actor == github.repository_owner",
        'contains(fromJSON(\'["ada", "grace"]\'), github.actor)',
        "inputs.run_gpu",
    ],
)
def test_guards_that_shut_a_fork_out(condition: str) -> None:
    on = "{pull_request: {types: [opened, closed]}}"
    assert holds(condition, on) is False


@pytest.mark.parametrize(
    "condition",
    [
        "github.repository == 'acme/models'",
        "github.actor == 'dependabot[bot]'",
        "github.head_ref == 'release'",
        f"startsWith({HEAD}.label, 'acme')",
        f"endsWith({HEAD}.label, ':main')",
        f"contains({HEAD}.label, 'acme:')",
        f"!startsWith({HEAD}.label, 'gpu')",
        "startsWith(github.event.pull_request.title, '[gpu]')",
        "contains(github.event.pull_request.labels.*.name, 'gpu')",
        "github.event.pull_request.author_association != 'NONE'",
        "vars.GPU == 'yes'",
        "!cancelled()",
    ],
)
def test_guards_that_are_not_known(condition: str) -> None:
    assert holds(condition, "pull_request") is None


@pytest.mark.parametrize(
    ("condition", "on", "expected"),
    [
        ("always()", "issues", True),
        ("github.event_name != 'push'", "issues", True),
        ("github.event.comment.author_association == 'MEMBER'", "issue_comment", False),
        ("github.event.issue.author_association == 'MEMBER'", "issue_comment", None),
        ("github.event.issue.user.login == 'ada'", "issue_comment", None),
        ("github.event.issue.user.login == 'ada'", "issues", False),
        ("github.event.pull_request.author_association == 'OWNER'", "pull_request_review", None),
        ("github.event.review.author_association == 'OWNER'", "pull_request_review", False),
        ("github.event.pull_request.head.repo.fork", "issue_comment", False),
        ("github.event.workflow_run.event == 'push'", "workflow_run", False),
        ("github.event.workflow_run.event == 'pull_request'", "workflow_run", None),
        ("github.event.workflow_run.head_branch == 'main'", "workflow_run", None),
        ("github.event.workflow_run.head_repository.full_name == github.repository", "workflow_run", False),
        ("github.event.action == 'labeled'", "{issues: {types: [opened, edited]}}", False),
        ("github.event.action == 'opened'", "{issues: {types: [opened, edited]}}", None),
        ("${{ github.event_name == 'push' }} || true", "issues", True),
    ],
)
def test_outsiders_elsewhere(condition: str, on: str, expected: bool | None) -> None:
    assert holds(condition, on) is expected


@pytest.mark.parametrize("text", ["acme:main", "acme:", "main"])
def test_the_label_of_our_own_branch_is_not_known(text: str) -> None:
    condition = f"startsWith({HEAD}.label, '{text}')"
    assert holds(condition, "pull_request", actor=Actor.WRITER, fork=False) is None


@pytest.mark.parametrize("condition", [f"{HEAD}.repo.full_name == github.repository", f"!{HEAD}.repo.fork"])
def test_our_own_branch_passes(condition: str) -> None:
    assert holds(condition, "pull_request", actor=Actor.WRITER, fork=False) is True


@pytest.mark.parametrize("condition", [f"{HEAD}.repo.fork == false", f"!{HEAD}.repo.fork"])
@pytest.mark.parametrize(
    ("types", "expected"),
    [("opened, reopened", False), ("edited", None), ("synchronize, closed", None)],
)
def test_a_fork_may_be_deleted_before_the_event(condition: str, types: str, expected: bool | None) -> None:
    assert holds(condition, f"{{pull_request_target: {{types: [{types}]}}}}") is expected
    assert holds(
        f"{HEAD}.repo.full_name == github.repository", f"{{pull_request: {{types: [{types}]}}}}"
    ) is (False)


MERGED = "github.event.pull_request.merged"


@pytest.mark.parametrize(
    ("condition", "which", "expected"),
    [
        (MERGED, {"fork": True}, True),
        (MERGED, {"fork": False}, False),
        (MERGED, {"fork": False, "merged": True}, True),
        ("github.ref == 'refs/heads/release'", {"merged": True}, True),
        ("github.ref_name == 'release'", {"merged": True}, True),
        ("github.ref == 'refs/heads/main'", {"merged": True}, False),
        ("github.ref == 'refs/heads/release'", {"merged": False}, False),
    ],
)
def test_after_a_merge_the_ref_is_the_branch_merged_into(condition: str, which, expected: bool) -> None:
    on = "{pull_request: {types: [closed], branches: [release]}}"
    settings = Settings(default_branch="main")
    assert holds(condition, on, actor=Actor.WRITER, settings=settings, **which) is expected


def test_what_is_merged_may_be_labelled_and_edited() -> None:
    assert holds(MERGED, "{pull_request: {types: [labeled]}}", actor=Actor.TRIAGER) is None
    assert holds(MERGED, "{pull_request: {types: [edited]}}") is None
    assert holds(MERGED, "pull_request_review") is None


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("github.ref == 'refs/pull/1/merge'", None),
        ("github.ref_name == '12/merge'", None),
        ("github.ref == 'refs/pull/1/head'", False),
        ("startsWith(github.ref, 'refs/pull/')", True),
        ("endsWith(github.ref_name, '/merge')", True),
        ("startsWith(github.ref, 'refs/heads/')", False),
    ],
)
def test_the_ref_of_a_pull_request_has_its_number(condition: str, expected: bool | None) -> None:
    assert holds(condition, "pull_request") is expected


def test_a_review_and_its_pull_request_have_authors_of_their_own() -> None:
    review = "github.event.review.author_association == 'MEMBER'"
    opened = "github.event.pull_request.author_association == 'MEMBER'"
    own = f"{HEAD}.repo.full_name == github.repository"
    outsider, member = {"actor": Actor.OUTSIDER}, {"actor": Actor.WRITER}
    assert [holds(each, "pull_request_review", **outsider, fork=False) for each in (review, opened, own)] == [
        False,
        None,
        True,
    ]
    assert [
        holds(each, "pull_request_review", **member, comments=True) for each in (review, opened, own)
    ] == [
        None,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("workflow_dispatch", None),
        ("release", True),
        ("{push: {tags: [v1]}}", True),
        ("{push: {branches: [main]}}", False),
        ("milestone", False),
    ],
)
def test_a_tag_may_start_it(on: str, expected: bool | None) -> None:
    assert holds("github.ref_type == 'tag'", on, actor=Actor.WRITER) is expected


@pytest.mark.parametrize(
    ("condition", "on", "expected"),
    [
        ("github.ref == 'refs/heads/main'", "{push: {branches: [main]}}", True),
        ("github.ref_name == 'main'", "{push: {branches: [main, next]}}", None),
        ("github.ref == 'refs/heads/other'", "{push: {branches: [main, next]}}", False),
        ("github.ref == 'refs/heads/main'", "{push: {branches: ['*']}}", None),
        ("startsWith(github.ref, 'refs/tags/')", "{push: {branches: ['*']}}", False),
        ("startsWith(github.ref, 'refs/heads/gh-readonly-queue/')", "merge_group", True),
        ("github.ref == 'refs/heads/main'", "merge_group", False),
        ("github.ref_name == github.event.repository.default_branch", "milestone", True),
        ("startsWith(github.ref, 'refs/tags/')", "milestone", False),
        ("github.ref == 'refs/heads/main'", "milestone", None),
    ],
)
def test_the_ref_of_a_run(condition: str, on: str, expected: bool | None) -> None:
    assert holds(condition, on, actor=Actor.WRITER) is expected


def test_the_default_branch_in_the_settings() -> None:
    settings = Settings(default_branch="trunk")
    on_trunk = "github.ref == 'refs/heads/trunk'"
    assert holds(on_trunk, "issues", settings=settings) is True
    assert holds("github.ref_name == 'main'", "issues", settings=settings) is False
    assert holds(on_trunk, "pull_request_target", settings=settings) is None
    dotcom = Settings(default_branch="trunk", host=Host("github.com"), as_of=date(2026, 11, 21))
    assert holds(on_trunk, "pull_request_target", settings=dotcom) is True


def test_a_comment_stands_under_a_pull_request_or_an_issue() -> None:
    facts = facts_of("on: issue_comment\njobs: {a: {runs-on: x, steps: [{run: make}]}}\n")
    entries = facts.reach.entries(facts.repository.workflows[0])
    condition = parse_condition("github.event.issue.pull_request")
    association = parse_condition("github.event.comment.author_association == 'MEMBER'")
    topic = parse_condition("github.event.issue.author_association == 'MEMBER'")
    answers = {
        (entry.starter, entry.on_pull_request): tuple(
            EntryContexts(entry, NO_SETTINGS).holds(each) for each in (condition, association, topic)
        )
        for entry in entries
    }
    assert answers == {
        (Actor.OUTSIDER, True): (True, False, None),
        (Actor.OUTSIDER, False): (False, False, None),
        (Actor.WRITER, True): (True, None, False),
        (Actor.WRITER, False): (False, None, False),
    }


def test_the_name_in_the_settings() -> None:
    settings = Settings(repository="acme/models")
    assert holds("github.repository == 'acme/models'", "pull_request", settings=settings) is True
    assert holds("github.repository_owner != 'acme'", "pull_request", settings=settings) is False


def passes_made_up(condition: str, filters: str):
    """Whether a ref that the condition doesn't name gets past it."""
    text = f"on: {{push: {{{filters}}}}}\njobs: {{a: {{runs-on: x, steps: [{{run: make}}]}}}}\n"
    facts = facts_of(text)
    entries = facts.reach.entries(facts.repository.workflows[0])
    free = [entry for entry in entries if not entry.named_refs]
    answers = {
        EntryContexts(entry, NO_SETTINGS, hostile=WRITTEN_REFS).holds(parse_condition(condition))
        for entry in free
    }
    return answers.pop() if len(answers) == 1 else None


@pytest.mark.parametrize(
    ("condition", "passes"),
    [
        ("github.ref == 'refs/heads/main'", False),
        ("github.ref != 'refs/heads/main'", True),
        ("startsWith(github.ref, 'refs/tags/v')", False),
        ("startsWith(github.ref, 'refs/heads/')", True),
        ("startsWith(github.event.ref, 'REFS/heads/release')", None),
        ("startsWith(github.ref_name, 'v')", None),
        ("contains(github.ref, 'fix')", None),
        ("contains(github.ref, 'heads/fix')", None),
        ("endsWith(github.ref, '-draft')", None),
        ("contains(github.ref, 'a') && endsWith(github.ref, 'b')", None),
        ("github.ref_type == 'branch'", True),
        ("github.ref_type == 'tag'", False),
    ],
)
def test_a_made_up_branch(condition: str, passes: bool | None) -> None:
    assert passes_made_up(condition, "branches: ['stack/**'], tags: ['v[0-9]+']") is passes


def test_a_made_up_tag_and_a_ref_of_either_kind() -> None:
    assert passes_made_up("github.ref_type == 'tag'", "branches: [main], tags: ['v*']") is True
    assert passes_made_up("startsWith(github.ref, 'refs/heads/')", "branches: [main], tags: ['v*']") is False
    assert passes_made_up("startsWith(github.ref, 'refs/heads/')", "paths: ['**.py']") is None


def test_a_condition_that_names_hundreds_of_texts_is_read_quickly() -> None:
    many = " || ".join(f"startsWith(github.ref, 'refs/tags/{number}')" for number in range(400))
    assert passes_made_up(many, "branches: ['stack/**']") is None


PROD = "on: push\njobs: {a: {environment: prod, runs-on: x, steps: [{run: make}]}}\n"
PLAIN = PROD.replace("environment: prod, ", "")


@pytest.mark.parametrize(
    ("text", "environments", "expected"),
    [
        (PLAIN, None, True),
        (PROD, None, None),
        (PROD, {"prod": EnvironmentRules()}, None),
        (PLAIN, {"prod": EnvironmentRules()}, True),
        (PROD, {"prod": EnvironmentRules(variables=())}, True),
        (PROD, {"prod": EnvironmentRules(variables=("OTHER",))}, True),
        (PROD, {"prod": EnvironmentRules(variables=("GPU",))}, None),
        (PROD, {}, True),
    ],
)
def test_variables_are_known_unless_an_environment_may_have_others(text, environments, expected) -> None:
    settings = Settings(variables={"GPU": "yes"}, environments=environments)
    facts = facts_of(text, settings=settings)
    entry = facts.reach.entries(facts.repository.workflows[0])[0]
    contexts = EntryContexts(entry, settings)
    assert contexts.holds(parse_condition("vars.GPU == 'yes'")) is expected
    assert contexts.holds(parse_condition("vars.gpu == 'no'")) is (None if expected is None else False)
    assert contexts.holds(parse_condition("vars.NONE == 'yes'")) is None
