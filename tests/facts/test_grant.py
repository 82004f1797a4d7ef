"""Who holds a declared scope, and which rule may speak about it."""

from auditor import tree
from auditor.facts import Facts, job_names
from auditor.facts.grant import blanket
from auditor.finding import Severity
from auditor.knowledge.scopes import COMMON
from auditor.model.permission import Level
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

TEST = "    runs-on: ubuntu-latest\n    steps: [{run: pytest}]\n"
RELEASE = "    runs-on: ubuntu-latest\n    steps: [{uses: softprops/action-gh-release@v2}]\n"
STALE = "    runs-on: ubuntu-latest\n    steps: [{uses: actions/stale@v10}]\n"


def facts_of(text):
    workflow = read_workflow(tree.parse(Source(".github/workflows/w.yml", text)))[0]
    return workflow, Facts(Repository(workflows=(workflow,)), Settings())


def holdings(permissions, jobs, on="push"):
    workflow, facts = facts_of(f"on: {on}\npermissions: {permissions}\njobs:\n{jobs}")
    return facts.grants.of(workflow)


def test_a_scope_that_one_job_needs_is_wide():
    (found,) = holdings("{issues: write}", f"  t:\n{TEST}  s:\n{STALE}")
    assert [job.id for job in found.needing] == ["s"]
    assert [job.id for job in found.idle] == ["t"]
    assert found.is_wide
    assert not found.is_unused
    assert found.traces()[0].hops[-1].location == found.grant.location


def test_what_a_job_publishes_with_is_told_by_one_rule_only():
    (found,) = holdings("{contents: write}", f"  t:\n{TEST}  r:\n{RELEASE}")
    assert found.passes_release_power
    assert not found.is_wide


def test_another_scope_of_a_releasing_workflow_is_only_wide():
    (found,) = holdings("{issues: write}", f"  t:\n{TEST}  r:\n{RELEASE}  s:\n{STALE}")
    assert not found.passes_release_power
    assert found.is_wide


def test_an_unused_id_token_is_not_wide():
    (found,) = holdings("{id-token: write}", f"  t:\n{TEST}  u:\n{TEST}")
    assert found.is_unused
    assert not found.is_wide


def test_a_job_with_permissions_of_its_own_holds_only_these():
    jobs = f"  t:\n    permissions: {{}}\n{TEST}  s:\n{STALE}"
    (found,) = holdings("{issues: write}", jobs)
    assert not found.idle


def test_a_job_that_never_runs_holds_nothing():
    jobs = f"  t:\n    if: false\n{TEST}  s:\n{STALE}"
    (found,) = holdings("{issues: write}", jobs)
    assert not found.idle


def test_a_job_for_forks_alone_holds_nothing():
    jobs = f"  t:\n    if: github.event.pull_request.head.repo.fork\n{TEST}  s:\n{STALE}"
    (found,) = holdings("{issues: write}", jobs, on="pull_request")
    assert [job.id for job in found.idle] == []


def test_a_called_workflow_has_evidence_without_an_entry():
    (found,) = holdings("{issues: write}", f"  t:\n{TEST}  s:\n{STALE}", on="workflow_call")
    assert found.is_wide
    assert found.severity(Severity.MEDIUM) is Severity.MEDIUM
    assert len(found.traces()[0].hops) == 2


def test_a_map_amounts_to_write_all_only_with_every_common_scope():
    def level(scopes):
        text = "\n".join(f"  {scope}: write" for scope in scopes)
        workflow, _ = facts_of(f"on: push\npermissions:\n{text}\njobs:\n  t:\n{TEST}")
        return blanket(workflow.permissions)

    assert level(sorted(COMMON)) is Level.WRITE
    assert level(sorted(COMMON)[1:]) is None


def test_a_blanket_that_no_job_gets_is_information():
    workflow, facts = facts_of(
        f"on: push\npermissions: write-all\njobs:\n  t:\n    permissions: {{}}\n{TEST}"
    )
    (found,) = facts.grants.blankets(workflow)
    assert found.severity(Severity.HIGH) is Severity.INFO
    assert found.traces()


def test_names_are_cut():
    workflow, _ = facts_of("on: push\njobs:\n" + "".join(f"  j{n}:\n{TEST}" for n in range(12)))
    assert job_names(workflow.jobs).endswith("`j7` and 4 more")


def test_a_called_workflow_that_drops_a_scope_keeps_it_from_every_step():
    callee = "on: workflow_call\njobs:\n  t:\n    permissions: {contents: read}\n" + TEST
    jobs = (
        "  call:\n    permissions: {id-token: write}\n    uses: ./.github/workflows/c.yml\n"
        "  pub:\n    permissions: {id-token: write}\n    runs-on: ubuntu-latest\n"
        "    steps: [{uses: pypa/gh-action-pypi-publish@v1}]\n"
    )
    texts = {"w": f"on: push\njobs:\n{jobs}", "c": callee}
    workflows = tuple(
        read_workflow(tree.parse(Source(f".github/workflows/{name}.yml", text)))[0]
        for name, text in texts.items()
    )
    found, used = Facts(Repository(workflows=workflows), Settings()).grants.of(workflows[0])
    assert not found.idle
    assert [job.id for job in found.dropping] == ["call"]
    assert found.is_unused
    assert not found.passes_release_power
    assert found.traces()[0].hops[-1].location == found.grant.location
    assert not used.is_unused


def test_who_publishes_with_a_scope_holds_it():
    test = "  t:\n    permissions: {packages: write}\n" + TEST
    release = "  r:\n    permissions: {contents: write}\n" + RELEASE
    packages, contents = holdings("{}", test + release)
    assert not packages.publishing
    assert [job.id for job in contents.publishing] == ["r"]
