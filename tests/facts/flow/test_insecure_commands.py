"""Which texts switch the old commands on."""

import json

import pytest

from auditor.facts import Facts
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

NAME = "ACTIONS_ALLOW_UNSECURE_COMMANDS"


def permissions(*, env=None, step=None, job=None):
    first = step or {"run": "make"}
    data = {
        "on": "push",
        "jobs": {"a": {"runs-on": "x", "env": job or {}, "steps": [first]}},
        "env": env or {},
    }
    workflow, _ = read_workflow(yaml.parse(Source(".github/workflows/w.yml", json.dumps(data))))
    facts = Facts(Repository(workflows=(workflow,)), Settings())
    return list(facts.insecure_commands.permissions(facts.repository))


@pytest.mark.parametrize(
    ("value", "sure"),
    [
        (True, True),
        ("TRUE ", True),
        ("${{ true }}", True),
        ("${{ 'true' }}", True),
        ("${{ vars.OLD }}", False),
        ("${{ vars.A }}e", False),
        ("1", None),
        ("", None),
        ("${{ false }}", None),
        ("${{ 1 }}", None),
    ],
)
def test_what_dotnet_reads_as_true(value, sure):
    found = permissions(job={NAME: value})
    assert [each.sure for each in found] == ([] if sure is None else [sure])


def test_the_name_is_compared_as_it_is():
    assert permissions(env={NAME.lower(): "true"}) == []


def test_the_place_and_the_path_to_it():
    (found,) = permissions(env={NAME: "true"})
    assert found.job is None
    assert [hop.kind.value for trace in found.traces() for hop in trace.hops] == ["entry", "job", "power"]


@pytest.mark.parametrize(
    ("script", "count"),
    [
        (f"echo {NAME}=true >> $GITHUB_ENV", 1),
        (f"echo {NAME}=true >> $GITHUB_OUTPUT", 0),
        (f"echo 'A={NAME}=true' >> $GITHUB_ENV", 0),
        (f"cat >> $GITHUB_ENV <<EOF\nA=b\n{NAME}=true\nEOF", 1),
        (f"printf '{NAME}=%s\\n' true >> $GITHUB_ENV", 1),
        (f"printf '%s=%s\\n' {NAME} false >> $GITHUB_ENV", 0),
        (f"{{ echo '{NAME}<<E'; echo true; echo E; }} >> $GITHUB_ENV", 1),
        (f"{{ echo 'A<<E'; echo {NAME}=true; echo E; }} >> $GITHUB_ENV", 0),
        (f"echo -e 'A=b\\n{NAME}=true' >> $GITHUB_ENV", 1),
        (f"echo 'A=b\\n{NAME}=true' >> $GITHUB_ENV", 0),
        (f"envsubst >> $GITHUB_ENV <<EOF\nA=b\n{NAME}=true\nEOF", 1),
        (f"export {NAME}=true", 0),
    ],
)
def test_scripts(script, count):
    assert len(permissions(step={"run": script})) == count
