"""No bound is silent: whatever cuts an answer off is said, once and where it stands."""

from collections.abc import Callable

import pytest

from auditor.facts import Facts
from auditor.facts.agent.codex_options import MAX_ARGUMENTS, arguments_of
from auditor.facts.flow.graph import flow, memory
from auditor.facts.flow.secrets import script as secret_writes
from auditor.facts.flow.secrets import secrets
from auditor.facts.flow.values import choice, resolver
from auditor.facts.limits import Limits
from auditor.facts.power.needs import NeedKind
from auditor.facts.reach import path_contexts, reach
from auditor.facts.reach.open_jobs import MAX_GATES
from auditor.facts.runner import runners
from auditor.finding import Location, Stage
from auditor.languages import yaml
from auditor.languages.yaml import Scalar
from auditor.model.action import read_action
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

TITLE = "${{ github.event.issue.title }}"


def facts_of(**files: str) -> Facts:
    """A repository of workflows, and of actions in folders of their names."""
    workflows, actions = [], []
    for name, text in files.items():
        if text.startswith("runs:"):
            action, _ = read_action(yaml.parse(Source(f"{name}/action.yml", text)))
            assert action is not None
            actions.append(action)
        else:
            workflow, problems = read_workflow(yaml.parse(Source(f".github/workflows/{name}.yml", text)))
            assert workflow is not None
            assert not problems
            workflows.append(workflow)
    return Facts(Repository(workflows=tuple(workflows), actions=tuple(actions)), Settings())


def job(steps: str, more: str = "") -> str:
    return f"on: issues\njobs:\n  a:\n    runs-on: x\n{more}    steps:\n{steps}"


def run(script: str, more: str = "") -> str:
    lines = "".join(f"          {line}\n" for line in script.splitlines())
    return f"      - run: |\n{lines}{more}"


def chain(first: str, hops: int) -> str:
    """Steps of which each hands on the output of the one before."""
    steps = "".join(
        f'      - {{id: s{i + 1}, run: \'echo "x=${{{{ steps.s{i}.outputs.x }}}}" >> "$GITHUB_OUTPUT"\'}}\n'
        for i in range(hops)
    )
    start = f'      - {{id: s0, run: \'echo "x={first}" >> "$GITHUB_OUTPUT"\'}}\n'
    return job(start + steps + f"      - run: echo ${{{{ steps.s{hops}.outputs.x }}}}\n")


def origins(facts: Facts) -> set[str]:
    """The fields that arrive in the last step."""
    last = facts.repository.steps[-1]
    (part,) = facts.expressions(last.run)
    return {each.name for each in facts._flow.of_expression(part, last, facts.reach.at(last)[0])}


def said(facts: Facts) -> list[str]:
    assert all(problem.stage is Stage.MODEL for problem in facts.limits.problems)
    return [problem.message for problem in facts.limits.problems]


def test_what_is_cut_off_is_said_once() -> None:
    limits = Limits()
    at = Location("w.yml")
    for message in ("a", "b", "a"):
        limits.cut(message, at)
    assert [problem.message for problem in limits.problems] == ["a", "b"]


@pytest.mark.parametrize(("hops", "cut"), [(memory.MAX_HOPS // 2 - 2, False), (memory.MAX_HOPS, True)])
def test_text_of_many_hops(hops: int, cut: bool) -> None:
    facts = facts_of(w=chain(TITLE, hops))
    assert origins(facts) == (set() if cut else {"github.event.issue.title"})
    assert said(facts) == ([f"a text isn't followed back further than {memory.MAX_HOPS} hops"] * cut)


def test_a_text_that_is_made_of_itself_loses_nothing() -> None:
    facts = facts_of(w=chain("${{ steps.s2.outputs.x }}" + TITLE, 2))
    assert origins(facts) == {"github.event.issue.title"}
    assert said(facts) == []


def test_a_text_of_many_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MAX_ARRIVALS", 2)
    fields = ("title", "body", "number")
    text = " ".join(f"${{{{ github.event.issue.{name} }}}}" for name in fields)
    facts = facts_of(w=job("      - run: echo ${{ env.T }}\n", f"    env: {{T: '{text}'}}\n"))
    assert len(origins(facts)) == 2
    assert said(facts) == ["only 2 fields of this text are followed"]


def test_a_variable_of_many_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "MAX_WRITERS", 2)
    facts = facts_of(w=job(run('echo "T=1" >> "$GITHUB_ENV"') * 3 + "      - run: echo ${{ env.T }}\n"))
    origins(facts)
    assert said(facts) == ["only the first 2 writes to `T` are followed"]


def test_an_action_of_many_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "MAX_WRITERS", 2)
    action = "runs: {using: composite, steps: [{run: 'echo ${{ inputs.t }}', shell: bash}]}\n"
    facts = facts_of(act=action, w=job(f"      - {{uses: ./act, with: {{t: '{TITLE}'}}}}\n" * 3))
    inner = next(step for step in facts.repository.steps if step.action is not None)
    (part,) = facts.expressions(inner.run)
    assert facts._flow.of_expression(part, inner, facts.reach.at(inner)[0])
    assert said(facts) == ["only 2 steps are read for what they give to the action"]


def test_a_wide_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "MAX_VALUES", 3)
    matrix = f"    strategy: {{matrix: {{t: [a, b, c, d, '{TITLE}']}}}}\n"
    facts = facts_of(w=job("      - run: echo ${{ matrix.t }}\n", matrix))
    origins(facts)
    assert said(facts) == ["only 3 texts of the matrix value `t` are looked at"]


def test_a_matrix_of_two_thousand_values_is_searched() -> None:
    rows = ", ".join(["a"] * 2000)
    for values in (f"{rows}, '{TITLE}'", f"'{TITLE}', {rows}"):
        matrix = f"    strategy: {{matrix: {{t: [{values}]}}}}\n"
        facts = facts_of(w=job("      - run: echo ${{ matrix.t }}\n", matrix))
        assert origins(facts) == {"github.event.issue.title"}
        assert said(facts) == []


SECRET = "${{ secrets.KEY }}"
OUT = ' >> "$GITHUB_OUTPUT"'


def with_secret(script: str, shell: str = "bash") -> Facts:
    more = f"        shell: {shell}\n        env: {{S: '{SECRET}'}}\n"
    return facts_of(w=job(run(script, more)))


@pytest.mark.parametrize(
    ("shell", "line"),
    [("bash", 'echo "o{}=$S"' + OUT), ("ruby {0}", '"o{}=' + SECRET + '" >> $env:GITHUB_OUTPUT')],
)
@pytest.mark.parametrize("more", [0, 1])
def test_a_script_that_hands_many_secrets_on(shell: str, line: str, more: int) -> None:
    count = secret_writes.MAX_WRITES + more
    facts = with_secret("\n".join(line.replace("{}", str(i)) for i in range(count)), shell)
    assert len(facts.secrets.sinks) == secret_writes.MAX_WRITES
    message = f"only the first {secret_writes.MAX_WRITES} secrets that the script hands on are followed"
    assert said(facts) == [message] * more


@pytest.mark.parametrize(("depth", "cut"), [(3, False), (secret_writes.MAX_DEPTH + 2, True)])
def test_commands_within_commands(depth: int, cut: bool) -> None:
    facts = with_secret(f'echo "o={"$(echo " * depth}$S{")" * depth}"{OUT}')
    assert len(facts.secrets.sinks) == (0 if cut else 1)
    assert said(facts) == ["what a command prints isn't followed through so many others"] * cut


def test_a_script_of_many_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_writes, "MAX_COMMANDS", 1)
    facts = with_secret(f'a=$(echo a)\nb=$(echo $S)\necho "o=$b"{OUT}')
    assert facts.secrets.sinks == ()
    assert said(facts) == ["what a command prints isn't followed through so many others"]


@pytest.mark.parametrize(("jobs", "cut"), [(5, False), (secrets.MAX_JOBS + 2, True)])
def test_secrets_through_many_jobs(jobs: int, cut: bool) -> None:
    text = "on: push\njobs:\n" + "".join(
        f"  j{i}:\n    needs: j{i + 1}\n    runs-on: x\n    steps: [{{run: a}}]\n"
        f"    outputs: {{o: '${{{{ needs.j{i + 1}.outputs.o }}}}'}}\n"
        for i in range(jobs)
    )
    facts = facts_of(
        w=f"{text}  j{jobs}:\n    runs-on: x\n    outputs: {{o: '{SECRET}'}}\n    steps: [{{run: a}}]\n"
    )
    assert facts.secrets.sinks
    assert said(facts) == [f"secrets aren't followed through more than {secrets.MAX_JOBS} jobs"] * cut


def test_secrets_in_many_uses_of_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "MAX_COMPOSITES", 2)
    action = "runs: {using: composite, steps: [{run: 'echo a', shell: bash}]}\n"
    facts = facts_of(act=action, w=job(f"      - {{uses: ./act, with: {{t: '{SECRET}'}}}}\n" * 3))
    _ = facts.secrets.sinks
    assert said(facts) == ["secrets aren't followed through more than 2 uses of composite actions"]


def test_many_secrets_in_one_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "MAX_EXPANSIONS", 2)
    facts = facts_of(w=job(run("\n".join(f"echo ${{{{ secrets.K{i} }}}}" for i in (1, 2, 2, 3)))))
    assert len(facts.secrets.expanded(facts.repository.steps[0])) == 2
    assert said(facts) == ["only 2 secrets of the script are listed"]


def test_long_arguments_of_codex() -> None:
    text = "x" * (MAX_ARGUMENTS + 1)
    limits = Limits()
    assert arguments_of(Scalar(Source("w.yml", text), 0, len(text), text), limits) == ()
    assert len(limits.problems) == 1


@pytest.mark.parametrize(("depth", "cut"), [(5, False), (choice.MAX_DEPTH // 2 + 1, True)])
def test_alternatives_within_alternatives(depth: int, cut: bool) -> None:
    text = "(inputs.x && (inputs.y || " * depth + "'danger'" + "))" * depth
    facts = facts_of(w=job(f'      - {{uses: x/y@v1, with: {{v: "${{{{ {text} }}}}"}}}}\n'))
    (step,) = facts.repository.steps
    found = choice.Choices(facts._expressions, facts.limits).of(step.input("v"), step)
    assert found is not None
    assert found.possible == (frozenset() if cut else {"danger"})
    assert said(facts) == [f"a value isn't followed further than {choice.MAX_DEPTH} alternatives"] * cut


@pytest.mark.parametrize(
    ("label", "cut"), [(lambda number: f"r{number}", True), (lambda _: "ubuntu-latest", False)]
)
def test_a_job_on_many_runners(label: Callable[[int], str], cut: bool) -> None:
    rows = ", ".join(map(label, range(resolver.MAX_ALTERNATIVES)))
    text = f"on: push\njobs:\n  a:\n    strategy: {{matrix: {{r: [{rows}, self-hosted]}}}}\n"
    facts = facts_of(w=text + "    runs-on: ${{ matrix.r }}\n    steps: [{run: a}]\n")
    found = facts.runners(facts.repository.jobs[0])
    assert any(each.kind is runners.RunnerKind.SELF_HOSTED for each in found) is not cut
    most = resolver.MAX_ALTERNATIVES
    message = f"more than {most} runners may be meant here; the rest isn't looked at"
    assert said(facts) == [message] * cut


def test_among_many_variables_one_may_hold_the_token() -> None:
    more = "".join(f"      V{i}: a\n" for i in range(150))
    env = f"    env:\n{more}      GH: ${{{{ github.token }}}}\n"
    facts = facts_of(w=job("      - {uses: ./unread, with: {x: '${{ env.GH }}'}}\n", env))
    (only,) = facts.repository.jobs
    assert facts.needs.of(only, "issues").kind is NeedKind.UNKNOWN


def test_ten_actions_within_each_other_in_a_workflow_that_is_called() -> None:
    called = {
        f"w{i}": f"on: {'issues' if not i else 'workflow_call'}\njobs:\n"
        f"  a: {{uses: ./.github/workflows/w{i + 1}.yml}}\n"
        for i in range(4)
    }
    last = "on: workflow_call\njobs:\n  a: {runs-on: x, steps: [{uses: ./a0}]}\n"
    nested = {f"a{i}": f"runs: {{using: composite, steps: [{{uses: ./a{i + 1}}}]}}\n" for i in range(9)}
    inner = "runs: {using: composite, steps: [{run: a, shell: bash}]}\n"
    facts = facts_of(**called, w4=last, **nested, a9=inner)
    assert facts.reach.at(next(step for step in facts.repository.steps if step.run))


@pytest.mark.parametrize("more", [0, 1])
def test_a_way_past_many_gates(more: int) -> None:
    count = MAX_GATES + more
    needs = ("", *(f"j{n}" for n in range(count - 1)))
    jobs = "".join(
        f"  j{n}: {{needs: [{needed}], environment: e{n}, runs-on: x, steps: [{{run: a}}]}}\n"
        for n, needed in enumerate(needs)
    )
    facts = facts_of(w=f"on: schedule\njobs:\n{jobs}")
    (path,) = facts.reach.into(facts.repository.jobs[-1])
    assert len(path.gates) == MAX_GATES
    message = f"more than {MAX_GATES} gates stand in one way; the others count as open"
    assert said(facts) == [message] * more


def test_inputs_of_many_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(path_contexts, "MAX_GIVEN", 2)
    callee = (
        "on: {workflow_call: {inputs: {go: {type: boolean}}}}\n"
        "jobs: {a: {if: inputs.go, runs-on: x, steps: [{run: a}]}}\n"
    )
    calls = "".join(
        f"  c{n}: {{uses: ./.github/workflows/callee.yml, with: {{go: false}}}}\n" for n in range(3)
    )
    facts = facts_of(callee=callee, w=f"on: schedule\njobs:\n{calls}")
    paths = facts.reach.into(facts.repository.jobs[0])
    assert [path.calls[-1].id for path in paths] == ["c2"]
    assert said(facts) == ["the inputs of only 2 ways through callers are read"]


def test_actions_in_actions_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "MAX_NESTED", 3)
    nested = {f"a{i}": f"runs: {{using: composite, steps: [{{uses: ./a{i + 1}}}]}}\n" for i in range(4)}
    inner = "runs: {using: composite, steps: [{run: a, shell: bash}]}\n"
    facts = facts_of(w=job("      - uses: ./a0\n"), **nested, a4=inner)
    assert not facts.reach.at(next(step for step in facts.repository.steps if step.run))
    assert said(facts) == ["ways aren't followed through more than 3 calls and actions"]


def test_a_circle_of_actions_loses_nothing() -> None:
    circle = {f"a{i}": f"runs: {{using: composite, steps: [{{uses: ./a{1 - i}}}]}}\n" for i in range(2)}
    facts = facts_of(w=job("      - uses: ./a0\n"), **circle)
    assert all(facts.reach.at(step) for step in facts.repository.actions[0].steps)
    assert said(facts) == []
