import pytest

from auditor.facts import Facts
from auditor.languages.yaml import parse
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

RUN = "runs-on: ubuntu-latest, steps: [{run: make}]"
PUBLISH = "runs-on: ubuntu-latest, steps: [{uses: pypa/gh-action-pypi-publish@release/v1}]"


def releases(text, tags):
    workflow, problems = read_workflow(parse(Source("w.yml", text)))
    assert not problems
    facts = Facts(Repository(workflows=(workflow,)), Settings(protected_tags=tags))
    return list(facts.tag_releases.unprotected())


def ids(release):
    return [job.id for job in release.jobs]


@pytest.mark.parametrize(
    ("on", "tags", "found"),
    [
        ("{push: {tags: [v*]}}", (), [("v*",)]),
        ("{push: {tags: [v*, '!v0*']}}", ("v*",), []),
        ("{push: {tags-ignore: [x]}}", ("v*",), [("**",)]),
        ("{push: {tags-ignore: [x], branches: [main]}}", (), []),
        ("{push: {tags: [v*], branches: [main]}}", (), [("v*",)]),
        ("push", (), []),
        ("release", ("v*",), [("**",)]),
        ("{push: {tags: [v*]}}", None, []),
    ],
)
def test_releases_by_tags(on, tags, found):
    text = f"on: {on}\njobs: {{a: {{{PUBLISH}}}, b: {{{RUN}}}}}\n"
    given = releases(text, tags)
    assert [release.tags for release in given] == found
    assert all(ids(release) == ["a"] for release in given)


def test_the_releases_of_one_trigger_are_one():
    text = f"on: {{push: {{tags: [v*]}}}}\njobs: {{a: {{{PUBLISH}}}, b: {{{PUBLISH}}}}}\n"
    (release,) = releases(text, ())
    assert ids(release) == ["a", "b"]
    assert release.publishes == ("a package on PyPI",)


def test_a_job_that_no_tag_gets_to_releases_nothing_by_one():
    job = f"jobs: {{a: {{if: github.event_name == 'schedule', {PUBLISH}}}}}\n"
    text = f"on: {{push: {{tags: [v*]}}, schedule: [{{cron: x}}]}}\n{job}"
    assert releases(text, ()) == []
