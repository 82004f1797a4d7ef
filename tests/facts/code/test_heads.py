"""Which texts name the head of a pull request, through outputs of earlier steps."""

import time

import pytest

from auditor.facts import Facts
from auditor.finding import Confidence
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source


def surely(step, ref="${{ steps.PR.outputs.sha }}"):
    """How surely the head is fetched by a ref that comes from that step."""
    text = (
        f"on: issue_comment\njobs:\n  j:\n    runs-on: x\n    steps:\n      - id: pr\n{step}"
        f"      - uses: actions/checkout@v6\n        with: {{ref: '{ref}'}}\n      - run: make\n"
    )
    workflow, problems = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))
    assert not problems
    facts = Facts(Repository(workflows=(workflow,)), Settings())
    code = facts.code.of_outsider(facts.reach.into(workflow.jobs[0])[0])
    return None if code is None else code.confidence


def script(*lines):
    return "        run: |\n" + "".join(f"          {line}\n" for line in lines)


@pytest.mark.parametrize(
    "lines",
    [
        ['echo "sha=$(gh pr view 1 --json headRefOid -q .headRefOid)" >> $GITHUB_OUTPUT'],
        ['echo "SHA=$(gh api repos/a/b/pulls/1 --jq .head.sha)" >> "$GITHUB_OUTPUT"'],
        ["x=$(gh pr list --json headRefOid | jq -r .[0].headRefOid)", "echo sha=$x >> $GITHUB_OUTPUT"],
        ['pr="$(gh api repos/a/b/pulls/1)"', 'echo "sha=$(echo "$pr" | jq -r .head.sha)" >> $GITHUB_OUTPUT'],
        ["{", 'echo "sha=$(gh pr view 1 --json headRefOid -q .headRefOid)"', "} >> $GITHUB_OUTPUT"],
        ["""gh pr view 1 --json headRefOid --jq '"sha=" + .headRefOid' >> $GITHUB_OUTPUT"""],
        ['echo "::set-output name=sha::$(gh pr view 1 --json headRefOid -q .headRefOid)"'],
    ],
)
def test_a_head_that_a_script_looks_up(lines):
    assert surely(script(*lines)) is Confidence.MEDIUM


@pytest.mark.parametrize(
    "lines",
    [
        ['echo "other=$(gh pr view 1 --json headRefOid -q .headRefOid)" >> $GITHUB_OUTPUT'],
        ['echo "sha=$(gh pr view 1 --json headRefOid,baseRefOid -q .baseRefOid)" >> $GITHUB_OUTPUT'],
        ['echo "sha=$(gh api repos/a/b/releases --jq .head)" >> $GITHUB_OUTPUT'],
        ['echo "sha=$(gh pr view 1 --json headRefOid -q .headRefOid)"', 'echo "sha=main" >> $GITHUB_OUTPUT'],
        ['echo "sha=$(git rev-parse HEAD)" >> $GITHUB_OUTPUT'],
        [
            "pr=$(gh pr view 1 --json headRefOid,baseRefOid)",
            'echo "sha=$(echo "$pr" | jq -r .baseRefOid)" >> $GITHUB_OUTPUT',
        ],
    ],
)
def test_what_else_a_script_writes(lines):
    assert surely(script(*lines)) is None


@pytest.mark.parametrize(
    ("step", "ref", "expected"),
    [
        ("xt0rted/pull-request-comment-branch@v2", "head_sha", Confidence.LOW),
        ("XT0rted/pull-request-comment-branch@v2", "HEAD_SHA", Confidence.LOW),
        ("xt0rted/pull-request-comment-branch@v2", "head_ref", None),
        ("xt0rted/pull-request-comment-branch@v2", "base_sha", None),
        ("acme/whatever@v1", "head_sha", None),
    ],
)
def test_an_action_that_looks_it_up(step, ref, expected):
    assert surely(f"        uses: {step}\n", f"${{{{ steps.pr.outputs.{ref} }}}}") is expected


def test_javascript_that_speaks_of_heads():
    step = "        uses: actions/github-script@v8\n        with: {script: '%s'}\n"
    lookup = "const pr = (await github.rest.pulls.get(x)).data; "
    assert surely(step % f"{lookup} core.setOutput(`sha`, pr.head.sha)") is Confidence.MEDIUM
    assert surely(step % f"{lookup} const s = pr.head.sha; core.setOutput(`sha`, s)") is Confidence.MEDIUM
    assert surely(step % f"{lookup} if (pr.user === x) core.setOutput(`sha`, pr.head.sha)") is Confidence.LOW
    assert surely(step % f"{lookup} core.setOutput(`sha`, pr.ok ? pr.head.sha : x)") is Confidence.LOW
    assert surely(step % f"{lookup} core.setOutput(`other`, pr.head.sha)") is None
    assert surely(step % f"{lookup} core.setOutput(`sha`, pr.base.sha)") is None
    assert surely(step % f"{lookup} core.setOutput(`sha`, pr.head.ref)") is None
    returned = "${{ steps.pr.outputs.result }}"
    assert surely(step % f"{lookup} return pr.head.sha", returned) is Confidence.MEDIUM
    assert surely(step % "return github.rest.git.getRef(x).head") is None


def test_many_names_and_writes_are_read_quickly():
    names = "".join(f"${{{{ steps.pr.outputs.n{i} }}}}" for i in range(5000))
    writes = [f'echo "n{i}=$(gh pr view)" >> $GITHUB_OUTPUT' for i in range(1000)]
    start = time.process_time()
    assert surely(script(*writes), names + "pull/" * 50_000) is None
    assert time.process_time() - start < 10
