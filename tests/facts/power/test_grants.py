"""Who holds a declared scope, and which rule may speak about it."""

from auditor.facts import Facts
from auditor.facts.power.grants import blanket, job_names
from auditor.finding import Severity
from auditor.knowledge.platform.scopes import COMMON
from auditor.languages import yaml
from auditor.model.permission import Level
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

TEST = "    runs-on: ubuntu-latest\n    steps: [{run: pytest}]\n"
RELEASE = "    runs-on: ubuntu-latest\n    steps: [{uses: softprops/action-gh-release@v2}]\n"
STORED = "    runs-on: ubuntu-latest\n    steps: [{run: twine upload dist/*, env: {TWINE_PASSWORD: x}}]\n"
STALE = "    runs-on: ubuntu-latest\n    steps: [{uses: actions/stale@v10}]\n"


def facts_of(text):
    workflow = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))[0]
    return workflow, Facts(Repository(workflows=(workflow,)), Settings())


def holdings(permissions, jobs, on="push"):
    workflow, facts = facts_of(f"on: {on}\npermissions: {permissions}\njobs:\n{jobs}")
    return facts.grants.of(workflow)


def excess_scopes(permissions, jobs):
    workflow, facts = facts_of(f"on: push\npermissions: {permissions}\njobs:\n{jobs}")
    return list(facts.grants.excess_scopes(workflow))


def test_a_scope_that_one_job_needs_is_wide():
    (found,) = holdings("{issues: write}", f"  t:\n{TEST}  s:\n{STALE}")
    assert [job.id for job in found.needing] == ["s"]
    assert [job.id for job in found.idle] == [path.job.id for path in found.paths] == ["t"]
    assert found.is_wide
    assert not found.is_unused
    assert found.traces()[0].hops[-1].location == found.grant.location


def test_what_a_job_publishes_with_is_wide_and_spills():
    (found,) = holdings("{contents: write}", f"  t:\n{TEST}  r:\n{RELEASE}")
    assert found.is_wide
    (excess,) = excess_scopes("{contents: write}", f"  t:\n{TEST}  r:\n{RELEASE}")
    assert excess.scopes == ("contents",)
    assert [job.id for job in excess.jobs] == ["t"]
    assert [job.id for job in excess.publishers] == ["r"]
    assert excess.is_used
    assert excess.at == excess.traces()[0].hops[-1].location


def test_another_scope_of_a_releasing_workflow_is_only_wide():
    jobs = f"  t:\n{TEST}  r:\n{RELEASE}  s:\n{STALE}"
    (found,) = holdings("{issues: write}", jobs)
    assert found.is_wide
    assert excess_scopes("{issues: write}", jobs) == []


def test_what_no_publisher_uses_spills_as_well():
    first, second = excess_scopes("{contents: write, packages: write}", f"  t:\n{TEST}  p:\n{STORED}")
    assert (first.scopes, second.scopes) == (("contents",), ("packages",))
    assert not first.is_used
    assert [job.id for job in first.publishers] == ["p"]
    assert [job.id for job in first.jobs] == ["t"]


def test_a_publisher_is_beyond_the_release_only_where_another_publishes_with_the_scope():
    assert excess_scopes("{contents: write}", f"  p:\n{STORED}") == []
    (found,) = excess_scopes("{contents: write}", f"  p:\n{STORED}  r:\n{RELEASE}")
    assert [job.id for job in found.jobs] == ["p"]
    assert [job.id for job in found.publishers] == ["r"]


def test_write_all_spills_once_with_what_has_no_use():
    unknown = "    runs-on: ubuntu-latest\n    steps: [{uses: actions/checkout@v6}, {run: ./build.sh}]\n"
    (found,) = excess_scopes("write-all", f"  b:\n{unknown}  r:\n{RELEASE}")
    assert found.scopes == ("attestations", "packages", "pages")
    assert found.in_words == "`write-all` (attestations, packages, pages)"
    assert not found.is_used
    (found,) = excess_scopes("write-all", f"  t:\n{TEST}  r:\n{RELEASE}")
    assert found.is_used
    assert len(found.scopes) == 5


def test_read_all_and_a_workflow_that_publishes_nothing_spill_nothing():
    assert excess_scopes("read-all", f"  t:\n{TEST}  r:\n{RELEASE}") == []
    assert excess_scopes("write-all", f"  t:\n{TEST}  s:\n{STALE}") == []


def test_an_unused_id_token_is_wide_as_well():
    (found,) = holdings("{id-token: write}", f"  t:\n{TEST}  u:\n{TEST}")
    assert found.is_unused
    assert found.is_wide


def test_a_scope_of_a_map_of_everything_is_held_and_not_wide():
    scopes = ", ".join(f"{scope}: write" for scope in (*sorted(COMMON), "id-token"))
    found = holdings(f"{{{scopes}}}", f"  t:\n{TEST}  u:\n{TEST}")
    assert len(found) == len(COMMON) + 1
    assert found[-1].is_unused
    assert not any(each.is_wide for each in found)


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
        read_workflow(yaml.parse(Source(f".github/workflows/{name}.yml", text)))[0]
        for name, text in texts.items()
    )
    grants = Facts(Repository(workflows=workflows), Settings()).grants
    found, used = grants.of(workflows[0])
    assert not found.idle
    assert [job.id for job in found.dropping] == ["call"]
    assert found.is_unused
    assert list(grants.excess_scopes(workflows[0])) == []
    assert found.traces()[0].hops[-1].location == found.grant.location
    assert not used.is_unused


def test_who_publishes_with_a_scope_holds_it():
    test = "  t:\n    permissions: {packages: write}\n" + TEST
    release = "  r:\n    permissions: {contents: write}\n" + RELEASE
    (found,) = excess_scopes("{}", test + release)
    assert found.scopes == ("packages",)
    assert not found.is_used
    assert found.job is not None
    assert found.job.id == "t"
