"""Where secrets go: through env, scripts, outputs, calls and local actions, and whether they stay masked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts import Facts
from auditor.facts.flow.secrets.sinks import Sink, SinkKind
from auditor.finding import HopKind
from auditor.knowledge.programs.text_filters import CHANGES
from auditor.languages import yaml
from auditor.model.action import read_action
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

STEP = """
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    env:
      S: ${{ secrets.Deploy_Key }}
    steps:
      - id: one
        run: |2
"""


def facts_of(**files: str) -> Facts:
    workflows, actions = [], []
    for name, text in files.items():
        if "runs:" in text and "jobs:" not in text:
            action, _ = read_action(yaml.parse(Source(f"{name}/action.yml", text)))
            assert action is not None
            actions.append(action)
        else:
            workflow, _ = read_workflow(yaml.parse(Source(f".github/workflows/{name}.yml", text)))
            assert workflow is not None
            workflows.append(workflow)
    return Facts(Repository(workflows=tuple(workflows), actions=tuple(actions)), Settings())


def sinks_of_script(script: str) -> tuple[Sink, ...]:
    body = "".join(f"          {line}\n" for line in script.splitlines())
    return facts_of(ci=STEP + body).secrets.sinks


def parts_of(sinks: tuple[Sink, ...]) -> list[tuple[str, str | None, bool]]:
    return [(sink.kind.name, sink.name, sink.value.masked) for sink in sinks]


@pytest.mark.parametrize(
    ("script", "name", "masked"),
    [
        ('echo "a=$S" >> "$GITHUB_OUTPUT"', "a", True),
        ("echo a=$S >> $GITHUB_OUTPUT", "a", True),
        ("printf 'a=%s\\n' \"$S\" >> $GITHUB_OUTPUT", "a", True),
        ("printf 'b=%s\\na=%s\\n' x \"$S\" >> $GITHUB_OUTPUT", "a", True),
        ("printf '%s\\n' \"a=$S\" >> $GITHUB_OUTPUT", "a", True),
        ("printf '%s=%s\\n' a \"$S\" >> $GITHUB_OUTPUT", "a", True),
        ('echo -e "b=1\\na=$S" >> "$GITHUB_OUTPUT"', "a", True),
        ('echo "a=$S" | tee -a "$GITHUB_OUTPUT"', "a", True),
        ("echo a=${S:-none} >> ${{ github.output }}", "a", True),
        ('echo "::set-output name=a::$S"', "a", True),
        ("echo 'a=${{ secrets.Deploy_Key }}' >> $GITHUB_OUTPUT", "a", True),
        ("cat <<E >> $GITHUB_OUTPUT\nb=1\na=$S\nE", "a", True),
        ("cat <<'E' >> $GITHUB_OUTPUT\na=${{ env.S }}\nE", "a", True),
        ('{\necho "a<<E"\necho "$S"\necho E\n} >> $GITHUB_OUTPUT', "a", True),
        ('echo "a<<E" >> $GITHUB_OUTPUT\nbase64 <<< "$S" >> $GITHUB_OUTPUT', "a", False),
        ("T=$S\nexport U=x$T\necho a=$U >> $GITHUB_OUTPUT", "a", True),
        ("T=x\nT+=$S\necho a=$T >> $GITHUB_OUTPUT", "a", True),
        ("T=$(echo $S)\necho a=$T >> $GITHUB_OUTPUT", "a", True),
        ("T=$(echo $S | tr -d '\\n')\necho a=$T >> $GITHUB_OUTPUT", "a", True),
        ("T=$(echo $S | tr a b)\necho a=$T >> $GITHUB_OUTPUT", "a", False),
        ("echo a=$(base64 <<< $S) >> $GITHUB_OUTPUT", "a", False),
        ("echo a=$(cat <<E | base64\n$S\nE\n) >> $GITHUB_OUTPUT", "a", False),
        ("echo a=${S:0:4} >> $GITHUB_OUTPUT", "a", False),
        ("echo a=$(x)-${{ secrets.Deploy_Key }}-$(y) >> $GITHUB_OUTPUT", "a", True),
        ("echo a=$(echo ${{ secrets.Deploy_Key }} | base64) >> $GITHUB_OUTPUT", "a", False),
        ("echo a=${S#*-} >> $GITHUB_OUTPUT", "a", False),
        ("echo a=${S^^} >> $GITHUB_OUTPUT", "a", False),
        ("T=${S:0:4}\necho ::add-mask::$T\necho a=$T >> $GITHUB_OUTPUT", "a", True),
        ("T=${S:0:4}\necho a=$T >> $GITHUB_OUTPUT\necho ::add-mask::$T", "a", False),
        ('echo "$NAME=$S" >> $GITHUB_OUTPUT', None, True),
        ("echo $S | base64 >> $GITHUB_OUTPUT", None, False),
    ],
)
def test_a_script_writes_an_output(script: str, name: str | None, masked: bool) -> None:
    sinks = sinks_of_script(script)
    assert parts_of(sinks) == [("STEP_OUTPUT", name, masked)]
    assert sinks[0].value.names == ("DEPLOY_KEY",)
    assert sinks[0].hops[0].note == "`secrets.DEPLOY_KEY` is read"
    assert sinks[0].hops[-1].kind is HopKind.SINK


@pytest.mark.parametrize(
    "script",
    [
        'echo a=$(curl -H "X: $S" https://x.example) >> $GITHUB_OUTPUT',
        'echo a=$(curl -H "X: $(echo $S | base64)" https://x.example | jq .id) >> $GITHUB_OUTPUT',
        'aws s3 cp x y --key "$S" >> $GITHUB_OUTPUT',
        "echo a=${#S} >> $GITHUB_OUTPUT",
        "echo a=${S:+yes} >> $GITHUB_OUTPUT",
        '[ -n "$S" ] && echo a=yes >> $GITHUB_OUTPUT',
        "echo a=$(echo $S | sha256sum | cut -c1-4) >> $GITHUB_OUTPUT",
        "echo a=$(echo $S | openssl dgst -sha256) >> $GITHUB_OUTPUT",
        "echo a=$(echo $S | grep -c x) >> $GITHUB_OUTPUT",
        "echo a=$(jq -r .project_id <<< $S) >> $GITHUB_OUTPUT",
        "echo '$S' >> $GITHUB_OUTPUT",
        "echo $s >> $GITHUB_OUTPUT",
        "S=x\necho a=$S >> $GITHUB_OUTPUT",
        "echo $S > file\necho a=1 >> $GITHUB_OUTPUT",
        "echo $S >> $GITHUB_PATH",
        "cat <<'E' >> $GITHUB_OUTPUT\na=$S\nE",
        "echo a=${{ secrets.X != '' }} >> $GITHUB_OUTPUT",
        "echo a=${{ secrets.X && 'y' || 'n' }} >> $GITHUB_OUTPUT",
        "# echo a=$S >> $GITHUB_OUTPUT",
        "echo a=$([ -n '${{ secrets.X }}' ] && echo 1) >> $GITHUB_OUTPUT",
    ],
)
def test_nothing_is_given_away(script: str) -> None:
    assert sinks_of_script(script) == ()


def test_several_lines_are_told_apart() -> None:
    sinks = sinks_of_script("cat <<E >> $GITHUB_ENV\nA=$S\nB=x\nC=${S%x}\nE\necho $S >> $GITHUB_STEP_SUMMARY")
    assert parts_of(sinks) == [("ENV", "A", True), ("ENV", "C", False), ("SUMMARY", None, True)]
    assert [sink.location.span.start.line for sink in sinks] == [12, 14, 16]


def test_github_env_feeds_later_steps_and_not_earlier_ones() -> None:
    text = """
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: echo b=$T >> $GITHUB_OUTPUT
      - run: echo T=${{ secrets.X }} >> $GITHUB_ENV
      - run: echo c=$T >> $GITHUB_OUTPUT
      - run: echo d=$T >> $GITHUB_OUTPUT
        env: {T: own}
"""
    assert parts_of(facts_of(ci=text).secrets.sinks) == [("ENV", "T", True), ("STEP_OUTPUT", "c", True)]


def test_the_nearest_env_wins() -> None:
    text = """
on: push
env: {A: "${{ secrets.A }}", B: "${{ secrets.B }}", C: "${{ secrets.C }}"}
jobs:
  a:
    runs-on: ubuntu-latest
    env: {A: plain}
    steps:
      - run: echo "x=$A$B$C" >> $GITHUB_OUTPUT
        env: {B: plain}
"""
    (sink,) = facts_of(ci=text).secrets.sinks
    assert sink.value.names == ("C",)


JOBS = """
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    outputs:
      whole: ${{ steps.s.outputs.whole }}
      part: ${{ steps.s.outputs.part }}
    steps:
      - id: s
        env: {K: "${{ secrets.K }}"}
        run: |
          echo "whole=$K" >> $GITHUB_OUTPUT
          echo "part=$(echo $K | cut -c1-4)" >> $GITHUB_OUTPUT
  b:
    needs: a
    runs-on: ubuntu-latest
    steps:
      - run: echo "${{ needs.a.outputs.whole }}" >> $GITHUB_STEP_SUMMARY
      - run: echo "${{ needs.a.outputs.part }}" >> $GITHUB_STEP_SUMMARY
"""


def test_a_masked_job_output_arrives_empty_and_a_derived_one_arrives() -> None:
    sinks = facts_of(ci=JOBS).secrets.sinks
    outputs = [("JOB_OUTPUT", "whole", True), ("JOB_OUTPUT", "part", False)]
    assert parts_of(sinks) == [*outputs, ("SUMMARY", None, False)]
    summary = sinks[-1]
    assert summary.job is not None
    assert summary.job.id == "b"
    assert [hop.note for hop in summary.hops] == [
        "`secrets.K` is read",
        "the step's `env` holds it as `K`",
        "it is written to the step output as `part`",
        "it becomes the output `part` of the job `a`",
        "it is written to the step summary",
    ]


CALLED = """
on:
  workflow_call:
    outputs:
      short: {value: "${{ jobs.j.outputs.short }}"}
jobs:
  j:
    runs-on: ubuntu-latest
    outputs: {short: "${{ steps.s.outputs.short }}"}
    steps:
      - id: s
        env: {K: "${{ secrets.K }}"}
        run: echo "short=${K:0:3}" >> $GITHUB_OUTPUT
"""


READER = """
on: {workflow_call: {inputs: {text: {type: string}}}}
jobs:
  r:
    runs-on: ubuntu-latest
    steps:
      - run: echo "${{ inputs.text }}" >> $GITHUB_STEP_SUMMARY
"""


def test_reusable_workflows_hand_on_outputs_and_inputs() -> None:
    caller = """
on: push
jobs:
  first: {uses: ./.github/workflows/called.yml}
  again:
    needs: first
    uses: ./.github/workflows/reader.yml
    with: {text: "${{ needs.first.outputs.short }}"}
"""
    found = facts_of(called=CALLED, reader=READER, caller=caller).secrets.sinks
    assert parts_of(found) == [("WORKFLOW_OUTPUT", "short", False), ("SUMMARY", None, False)]
    assert any(hop.note == "the input `text` gets it" for hop in found[1].hops)


def test_of_outputs_that_hand_on_one_another_the_last_is_told() -> None:
    assert parts_of(facts_of(called=CALLED).secrets.sinks) == [("WORKFLOW_OUTPUT", "short", False)]


ACTION = """
inputs: {text: {}}
outputs:
  short: {value: "${{ steps.s.outputs.short }}"}
runs:
  using: composite
  steps:
    - id: s
      shell: bash
      env: {K: "${{ inputs.text }}"}
      run: echo "short=${K:0:3}" >> $GITHUB_OUTPUT
    - shell: bash
      run: echo "${{ inputs.text }}"
"""
USER = """
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    outputs: {short: "${{ steps.act.outputs.short }}"}
    steps:
      - {id: act, uses: ./act, with: {text: "${{ VALUE }}"}}
"""


def test_a_local_action_is_followed_for_each_caller() -> None:
    facts = facts_of(
        act=ACTION,
        one=USER.replace("VALUE", "secrets.K"),
        two=USER.replace("VALUE", "github.sha"),
    )
    (sink,) = facts.secrets.sinks
    assert (sink.kind, sink.location.path) == (SinkKind.JOB_OUTPUT, ".github/workflows/one.yml")
    (action,) = facts.repository.actions
    (expansion,) = facts.secrets.expanded(action.steps[1])
    assert expansion.value.names == ("K",)
    assert expansion.job is not None
    assert expansion.job.workflow.path == ".github/workflows/one.yml"
    assert facts.secrets.trace(expansion).hops[0].kind is HopKind.ENTRY


def test_an_action_that_uses_itself_ends() -> None:
    loop = ACTION + "    - {uses: ./act, with: {text: '${{ inputs.text }}x'}}\n"
    assert facts_of(act=loop, one=USER.replace("VALUE", "secrets.K")).secrets.sinks


def test_jobs_and_workflows_in_a_circle_end() -> None:
    circle = """
on: {workflow_call: {outputs: {o: {value: "${{ jobs.a.outputs.o }}"}}}}
jobs:
  a: {uses: ./.github/workflows/circle.yml, needs: b, with: {x: "${{ needs.b.outputs.o }}${{ inputs.x }}"}}
  b: {uses: ./.github/workflows/circle.yml, needs: a}
"""
    assert facts_of(circle=circle).secrets.sinks == ()


@pytest.mark.parametrize(
    ("expression", "names", "masked"),
    [
        ("secrets.a", ("A",), True),
        ("secrets['b c']", ("B C",), True),
        ("github.token", ("github.token",), True),
        ("format('{0}:{1}', secrets.a, secrets.b)", ("A", "B"), True),
        ("toJSON(secrets)", ("**",), True),
        ("secrets[matrix.name]", ("*",), True),
        ("fromJSON(secrets.a).private_key", ("A",), False),
        ("fromJSON(format('{0}', secrets.a))['key']", ("A",), False),
    ],
)
def test_expressions_carry_secrets(expression: str, names: tuple[str, ...], masked: bool) -> None:
    text = f'on: push\njobs: {{a: {{runs-on: x, outputs: {{o: "${{{{ {expression} }}}}"}}, steps: []}}}}\n'
    (sink,) = facts_of(ci=text).secrets.sinks
    assert (sink.value.names, sink.value.masked) == (names, masked)


@pytest.mark.parametrize("shell", ["perl {0}", "ruby {0}"])
def test_other_languages_are_read_by_line(shell: str) -> None:
    text = f"""
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - shell: {shell}
        run: |
          x "${{{{ secrets.A }}}}"
          y "k=${{{{ secrets.B }}}}" GITHUB_OUTPUT
          z GITHUB_ENV
"""
    (sink,) = facts_of(ci=text).secrets.sinks
    assert (sink.name, sink.value.names, sink.location.span.start.line) == ("k", ("B",), 10)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["cat", "sort", "base64", "cut -c1", "rev", "sed s/a/b/"]), max_size=4))
def test_a_pipeline_is_masked_as_long_as_nothing_changes_the_text(filters: list[str]) -> None:
    (sink,) = sinks_of_script(" | ".join(['echo "$S"', *filters]) + " >> $GITHUB_STEP_SUMMARY")
    assert sink.value.masked == (not any(program.split()[0] in CHANGES for program in filters))


_PIECES = [
    *(
        "echo ",
        "$S",
        "${S",
        "}",
        "$(",
        ")",
        '"',
        "'",
        "|",
        " tee ",
        ">> ",
        "$GITHUB_OUTPUT",
        "a=",
        "a<<E",
        "\n",
    ),
    *("<<E", "E", "${{ secrets.S }}", "printf ", "%s", "base64", "::add-mask::", "{ ", "; }", "`", "\\", "é"),
]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=25))
def test_any_text_is_read(pieces: list[str]) -> None:
    for sink in sinks_of_script("".join(pieces) + "\n"):
        assert sink.hops
        assert sink.value.names
