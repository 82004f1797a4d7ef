"""Which groups of runners other repositories share."""

import pytest

from auditor.facts import Facts
from auditor.languages.yaml import parse
from auditor.model.repository import Repository
from auditor.model.settings import RunnerGroup, Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source


def facts_of(text: str, **settings: object) -> Facts:
    workflow, problems = read_workflow(parse(Source("w.yml", text)))
    assert workflow is not None
    assert not problems
    return Facts(Repository(workflows=(workflow,)), Settings(**settings))


@pytest.mark.parametrize(
    ("runs_on", "found"),
    [
        ("[self-hosted, gpu]", ["gpu"]),
        ("[self-hosted, GPU, linux]", ["gpu"]),
        ("[gpu]", ["gpu"]),
        ("[self-hosted]", ["gpu"]),
        ("[self-hosted, gpu, windows]", []),
        ("{group: GPU}", ["gpu"]),
        ("{group: enterprise/gpu}", ["gpu"]),
        ("{group: other, labels: gpu}", []),
        ("{group: empty}", ["empty"]),
        ("ubuntu-latest", []),
        ("'${{ inputs.where }}'", []),
    ],
)
def test_groups_that_public_repositories_share(runs_on, found):
    groups = (
        RunnerGroup("gpu", True, frozenset({"gpu", "linux"})),
        RunnerGroup("empty", True),
        RunnerGroup("closed", False, frozenset({"gpu"})),
        RunnerGroup("hosted", True, frozenset({"gpu"}), hosted=True),
        RunnerGroup("mine", True, frozenset({"gpu"}), repositories=("Acme/Shop",)),
        RunnerGroup("few", True, frozenset({"gpu"}), workflows=("a/b/.github/workflows/x.yml@main",)),
    )
    text = f"on: push\njobs: {{a: {{runs-on: {runs_on}, steps: [{{run: make}}]}}}}\n"
    shared = facts_of(text, runner_groups=groups, repository="acme/shop").shared_groups
    assert [each.group.name for each in shared] == found
