"""Which environments count as open."""

from auditor.facts import Facts
from auditor.languages.yaml import parse
from auditor.model.repository import Repository
from auditor.model.settings import EnvironmentRules, Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

RUN = "runs-on: ubuntu-latest, steps: [{run: make}]"


def facts_of(text: str, **settings: object) -> Facts:
    workflow, problems = read_workflow(parse(Source("w.yml", text)))
    assert workflow is not None
    assert not problems
    return Facts(Repository(workflows=(workflow,)), Settings(**settings))


def environments(job: str, **rules: EnvironmentRules):
    facts = facts_of(f"on: push\njobs: {{a: {{{job}, {RUN}}}}}\n", environments=rules)
    return [(each.name, [job.id for job in each.jobs], each.secrets) for each in facts.open_environments]


def test_open_environments_are_those_with_something_to_lose():
    secret = "env: {K: '${{ secrets.K }}'}"
    assert environments(f"environment: Prod, {secret}", prod=EnvironmentRules()) == [("prod", ["a"], ())]
    assert environments("environment: Prod", prod=EnvironmentRules()) == []
    assert environments("environment: Prod", prod=EnvironmentRules(secrets=("K",))) == [
        ("prod", ["a"], ("K",))
    ]
    assert environments(f"environment: Prod, {secret}", prod=EnvironmentRules(reviewers=1)) == []
    assert environments(f"environment: Prod, {secret}", prod=EnvironmentRules(branches=())) == []
    assert environments(f"environment: '${{{{ inputs.e }}}}', {secret}") == []
    assert environments(f"environment: {{url: x}}, {secret}") == []
