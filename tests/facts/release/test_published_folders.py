"""Which steps publish what lies in a folder."""

import pytest

from auditor.facts import Facts
from auditor.facts.release.published_folders import Publishing
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

PYPI, RELEASE, IMAGE = "a package on PyPI", "a GitHub release", "a container image"


def published(steps: str, folder: str) -> list[str]:
    text = f"on: push\njobs:\n  j:\n    runs-on: x\n    steps: [{steps}]\n"
    workflow = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))[0]
    assert workflow is not None
    facts = Facts(Repository(workflows=(workflow,)), Settings())
    (job,) = facts.repository.jobs
    return [what for _, what in Publishing(facts.scripts).of(facts.code.steps(job), folder)]


@pytest.mark.parametrize(
    ("steps", "folder", "what"),
    [
        ("{run: 'twine upload dist/*'}", "dist", [PYPI]),
        ("{run: 'python -m twine upload dist/*'}", "", [PYPI]),
        ("{run: 'cd out && gh release upload v1 app.zip'}", "out", [RELEASE]),
        ("{run: 'gh release upload v1 app.zip'}", "out", []),
        ("{run: 'gh release create v1'}", "", []),
        ("{run: 'gh release view v1 > out/notes'}", "out", []),
        ("{run: 'docker load -i i/a.tar && docker push ghcr.io/a/b'}", "i", [IMAGE]),
        ("{run: 'docker load -i i/a.tar'}, {run: 'docker push ghcr.io/a/b'}", "i", [IMAGE]),
        ("{run: 'docker push ghcr.io/a/b'}", "i", []),
        ("{uses: pypa/gh-action-pypi-publish@release/v1}", "dist", [PYPI]),
        ("{uses: pypa/gh-action-pypi-publish@release/v1, with: {packages-dir: w}}", "dist", []),
        ('{uses: softprops/action-gh-release@v2, with: {files: "a.txt\\nout/*.zip"}}', "out", [RELEASE]),
        ("{uses: softprops/action-gh-release@v2}", "out", []),
        ("{uses: acme/publish@v1, with: {files: out}}", "out", []),
    ],
)  # fmt: skip
def test_of(steps: str, folder: str, what: list[str]) -> None:
    assert published(steps, folder) == what
