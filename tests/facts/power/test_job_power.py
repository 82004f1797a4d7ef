import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts import Facts
from auditor.languages import yaml
from auditor.model.permission import Level
from auditor.model.repository import Repository
from auditor.model.settings import Settings, Visibility
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


def power(permissions: str, on: str = "push", job: str = ""):
    facts = facts_of(f"on: {on}\n{permissions}\njobs: {{a: {{runs-on: x, {job} steps: [{{run: a}}]}}}}\n")
    (path, *_) = facts.reach.into(facts.repository.jobs[0])
    return facts.power, path


@pytest.mark.parametrize(
    ("permissions", "writes"),
    [
        ("", None),
        ("permissions: {}", ()),
        ("permissions: read-all", ()),
        ("permissions: {id-token: write, contents: write}", ("contents", "id-token")),
        ("permissions: {contents: write, issues: read}", ("contents",)),
    ],
)
def test_what_the_token_may_write(permissions: str, writes: tuple[str, ...] | None) -> None:
    facts, path = power(permissions)
    assert facts.writes(path) == writes


def test_a_token_that_may_write_everything() -> None:
    facts, path = power("permissions: write-all")
    assert facts.of(path).is_wide
    assert "id-token" in (facts.writes(path) or ())
    assert facts.in_words(path) == "a token that may write everything"


@pytest.mark.parametrize("permissions", ["permissions: write-all", ""])
def test_a_fork_writes_nothing_whatever_is_declared_or_is_the_default(permissions: str) -> None:
    facts, path = power(permissions, on="pull_request")
    assert path.entry.fork
    assert facts.writes(path) == facts.of(path).writes == ()


CALLED = "on: workflow_call\n{}\njobs: {{a: {{runs-on: x, steps: [{{run: a}}]}}}}\n"
CALLER = "on: schedule\n{}\njobs: {{c: {{uses: ./.github/workflows/w0.yml}}}}\n"
BOTH = "permissions: {contents: write, id-token: write}"


@pytest.mark.parametrize("default", [None, Level.READ, Level.WRITE])
def test_who_declares_nothing_has_what_the_caller_has(default: Level | None) -> None:
    settings = Settings(default_token=default)
    facts = facts_of(CALLED.format(""), CALLER.format(BOTH), settings=settings)
    (path,) = facts.reach.into(facts.repository.jobs[0])
    powers = facts.power.of(path)
    assert powers.token == {"contents": Level.WRITE, "id-token": Level.WRITE}
    assert powers.id_token
    assert facts.power.writes(path) == ("contents", "id-token")
    assert facts.power.in_words(path) == "a token that may write contents, id-token"


@pytest.mark.parametrize(
    ("default", "token"),
    [
        (None, {"contents": Level.WRITE}),
        (Level.WRITE, {"contents": Level.WRITE}),
        (Level.READ, {"contents": Level.READ}),
    ],
)
def test_the_default_is_the_outermost_jobs(default: Level | None, token: dict[str, Level]) -> None:
    settings = Settings(default_token=default)
    facts = facts_of(CALLED.format(BOTH), CALLER.format(""), settings=settings)
    (path,) = facts.reach.into(facts.repository.jobs[0])
    assert facts.power.of(path).token == token
    assert facts.power.of(path).id_token is False


def test_where_nobody_declares_anything_the_default_decides() -> None:
    facts = facts_of(CALLED.format(""), CALLER.format(""))
    (path,) = facts.reach.into(facts.repository.jobs[0])
    assert facts.power.of(path).token is None
    assert facts.power.writes(path) is None


def test_the_callers_cap_the_token() -> None:
    facts = facts_of(
        "on: workflow_call\njobs: {a: {runs-on: x, permissions: write-all, steps: [{run: a}]}}\n",
        "on: schedule\npermissions: {packages: write}\njobs: {c: {uses: ./.github/workflows/w0.yml}}\n",
    )
    (path,) = facts.reach.into(facts.repository.jobs[0])
    assert facts.power.writes(path) == ("packages",)


def test_secrets_that_a_script_names() -> None:
    facts = facts_of("on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ secrets.Deploy }}'}]}}\n")
    assert facts.power.secrets(facts.repository.jobs[0]) == ("DEPLOY",)


@pytest.mark.parametrize(("count", "more"), [(1, ""), (5, ""), (6, " and more")])
def test_five_secrets_are_named(count: int, more: str) -> None:
    names = [f"S{number}" for number in range(count)]
    env = ", ".join(f"{name}: '${{{{ secrets.{name} }}}}'" for name in names)
    facts, path = power("permissions: {}", job=f"env: {{{env}}},")
    assert facts.in_words(path) == f"a read-only token, and the secrets {', '.join(names[:5])}{more}"


def test_secrets_by_name() -> None:
    env = "env: {A: '${{ secrets.Deploy }}', B: '${{ secrets.github_token }}', C: '${{ toJSON(secrets) }}'},"
    facts, path = power("permissions: {}", job=env)
    assert facts.secrets(path.job) == ("DEPLOY", "*")


@pytest.mark.parametrize(
    ("permissions", "settings", "on", "token"),
    [
        (
            "permissions: {contents: write, id-token: write}",
            NO_SETTINGS,
            "push",
            {"contents": 2, "id-token": 2},
        ),
        ("permissions: {contents: write, id-token: write}", NO_SETTINGS, "pull_request", {"contents": 1}),
        ("", NO_SETTINGS, "push", None),
        ("", Settings(default_token=Level.READ), "push", {"contents": 1, "metadata": 1, "packages": 1}),
        (
            "permissions: {id-token: write}",
            Settings(visibility=Visibility.PRIVATE, fork_write=True),
            "pull_request",
            {"id-token": 2},
        ),
    ],
)
def test_what_is_held_under_an_entrys_cap(
    permissions: str, settings: Settings, on: str, token: dict[str, int] | None
) -> None:
    facts = facts_of(
        f"on: {on}\n{permissions}\njobs: {{a: {{runs-on: x, steps: [{{run: a}}]}}}}\n", settings=settings
    )
    powers = facts.power.of(facts.reach.into(facts.repository.jobs[0])[0])
    assert powers.token == token
    assert powers.id_token is bool(token and "id-token" in token)


def test_a_permissive_default_writes_all_but_an_id_token() -> None:
    facts = facts_of(
        "on: push\njobs: {a: {runs-on: x, steps: [{run: a}]}}\n", settings=Settings(default_token=Level.WRITE)
    )
    powers = facts.power.of(facts.reach.into(facts.repository.jobs[0])[0])
    assert {"contents", "packages", "actions"} <= set(powers.writes or ())
    assert not powers.id_token
    assert powers.is_wide


def test_no_secrets_where_the_entry_has_none() -> None:
    env = "env: {A: '${{ secrets.KEY }}'},"
    facts, path = power("permissions: {}", on="pull_request", job=env)
    assert facts.of(path).secrets == ()
    assert power("permissions: {}", job=env)[0].of(power("permissions: {}", job=env)[1]).secrets == ("KEY",)


KEYS = (
    "on: workflow_call\njobs: {a: {runs-on: x, env: {A: '${{ secrets.KEY }}', B: '${{ secrets.B }}'},"
    " steps: [{run: a}]}}\n"
)


@pytest.mark.parametrize(
    ("handed", "expected"),
    [
        ("", ()),
        ("secrets: {key: '${{ secrets.OTHER }}'}", ("KEY",)),
        ("secrets: inherit", ("KEY", "B")),
    ],
)
def test_secrets_that_no_caller_hands_down(handed: str, expected: tuple[str, ...]) -> None:
    call = "jobs: {{c: {{uses: ./.github/workflows/w{}.yml, {}}}}}\n"
    outer = call.format(0, handed)
    facts = facts_of(KEYS, f"on: push\npermissions: {{}}\n{outer}")
    paths = facts.reach.into(facts.repository.jobs[0])
    assert {facts.power.of(path).secrets for path in paths} == {expected}
    assert {len(facts.secrets_in_reach.to(path, None)) for path in paths} == {len(expected)}
    assert facts.power.is_worth_taking(paths[0], facts.repository.steps[0]) is bool(expected)
    inherited = call.format(0, "secrets: inherit")
    deep = facts_of(
        KEYS,
        f"on: workflow_call\n{inherited}",
        f"on: push\npermissions: {{}}\n{call.format(1, handed)}",
    )
    assert {deep.power.of(path).secrets for path in deep.reach.into(deep.repository.jobs[0])} == {expected}


def test_all_secrets_are_those_that_callers_hand_down() -> None:
    text = KEYS.replace("secrets.KEY", "toJSON(secrets)").replace("secrets.B", "github.sha")
    call = "on: push\njobs: {{c: {{uses: ./.github/workflows/w0.yml, {}}}}}\n"
    for handed, expected in (("", ()), ("secrets: {X: y}", ("*",))):
        facts = facts_of(text, call.format(handed))
        path = facts.reach.into(facts.repository.jobs[0])[0]
        assert facts.power.of(path).secrets == expected
        assert bool(facts.secrets_in_reach.to(path, None)) is bool(expected)


@given(caps=st.lists(st.sampled_from(["", *(f"permissions: {{contents: {level}}}" for level in Level)])))
@settings(max_examples=30)
def test_a_caller_never_raises_power(caps: list[str]) -> None:
    texts = [
        "on: workflow_call\njobs: {a: {runs-on: x, permissions: {contents: write}, steps: [{run: a}]}}\n"
    ]
    for number, cap in enumerate(caps[:8]):
        call = f"jobs: {{c: {{uses: ./.github/workflows/w{number}.yml}}}}\n"
        last = number == min(len(caps), 8) - 1
        texts.append(f"on: {'schedule' if last else 'workflow_call'}\n{cap}\n{call}")
    facts = facts_of(*texts, settings=Settings(default_token=Level.WRITE))
    levels = [{"none": 0, "read": 1, "write": 2}[cap.rpartition(" ")[2][:-1]] for cap in caps[:8] if cap]
    for path in facts.reach.into(facts.repository.jobs[0]):
        token = facts.power.of(path).token
        assert token is not None
        assert token.get("contents", 0) == min([2, *levels])
