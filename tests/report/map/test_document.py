"""The boundary map in its three formats."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from auditor.facts import Facts
from auditor.facts.boundary import MAX_ROWS
from auditor.finding import Location, Problem, Stage
from auditor.knowledge.platform.events import Actor
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.report.escape import visible
from auditor.report.map import html
from auditor.report.map import json as boundary_json
from auditor.report.map import text as boundary_text
from auditor.report.map.document import WORDS, BoundaryMap
from auditor.source import Source

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "auditor/report/map-v1.schema.json").read_text(encoding="utf-8")
)
TRAIN = """\
on:
  pull_request:
  issue_comment: {types: [created]}
jobs:
  smoke:
    if: github.event_name == 'pull_request'
    runs-on: [self-hosted, gpu-a100]
    steps: [{run: make}]
  deploy:
    if: github.event.comment.author_association == 'MEMBER'
    environment: prod
    permissions: {id-token: write, contents: read}
    runs-on: ubuntu-latest
    steps: [{run: make, env: {KEY: '${{ secrets.KEY }}'}}]
  never:
    if: github.event_name == 'release'
    runs-on: ubuntu-latest
    steps: [{run: make}]
"""


def drawn(*texts: str, path: str = ".github/workflows/train.yml", guarded: bool = False) -> BoundaryMap:
    workflows = []
    for number, text in enumerate(texts):
        name = path if not number else f".github/workflows/more{number}.yml"
        workflow, problems = read_workflow(yaml.parse(Source(name, text)))
        assert workflow is not None
        assert not problems
        workflows.append(workflow)
    facts = Facts(Repository(workflows=tuple(workflows)), Settings(), guarded=guarded)
    problem = Problem(Stage.PARSE, "<b>not</b> YAML", Location("x.yml"))
    return BoundaryMap(
        version="1",
        repository="acme/ml",
        commit=None,
        jobs=tuple(facts.boundaries.of_all()),
        problems=(problem,),
    )


def ways(boundary_map: BoundaryMap) -> dict[str, list[dict[str, object]]]:
    document = json.loads(boundary_json.render(boundary_map))
    jsonschema.validate(document, SCHEMA)
    return {job["job"]: job["ways"] for job in document["jobs"]}


def test_who_gets_where_with_what() -> None:
    found = ways(drawn(TRAIN))
    outsider, own = found["smoke"]
    assert (outsider["starter"], outsider["from_fork"], outsider["code"]) == ("outsider", True, "outsider")
    assert (outsider["token"], outsider["secrets"], outsider["id_token"]) == (None, [], False)
    assert outsider["runners"] == [
        {"kind": "self-hosted", "labels": ["self-hosted", "gpu-a100"], "group": None, "gpu": True}
    ]
    assert [gate["name"] for gate in outsider["gates"]] == ["fork-approval"]
    assert (own["starter"], own["code"]) == ("writer", "repository")
    assert {way["starter"] for way in found["deploy"]} == {"writer"}
    assert all(way["id_token"] and way["secrets"] == ["KEY"] for way in found["deploy"])
    assert all(way["token"] == {"contents": "read", "id-token": "write"} for way in found["deploy"])
    assert found["never"] == []


def test_with_guarded_the_ways_that_a_gate_closes_are_there() -> None:
    found = ways(drawn(TRAIN, guarded=True))
    closed = [way for way in found["deploy"] if way["verdict"] == "guarded"]
    assert {way["starter"] for way in closed} >= {"outsider"}
    assert all(any(gate["verdict"] == "guarded" for gate in way["gates"]) for way in closed)
    assert found["deploy"][0]["verdict"] == "exposed"


def test_the_text_is_a_table_of_a_hundred_columns() -> None:
    text = boundary_text.render(drawn(TRAIN))
    lines = text.splitlines()
    assert max(map(cell_len, lines)) <= 100
    assert re.search(r"smoke \(5\) +outsider +pull_request from a fork; +outsider +token: whatever", text)
    assert re.search(r"never \(15\) +nobody +no entry leads here", text)
    assert lines[-1] == "3 jobs, 4 ways in"
    assert "problem: x.yml:1: <b>not</b> YAML" in lines


class _Page(HTMLParser):
    """Which elements a page has, and how its details are nested."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_is_a_matrix_whose_cells_open_paths() -> None:
    page = _Page(html.render(drawn(TRAIN)))
    assert page.open == []
    assert page.seen.count("tr") == 1 + len(WORDS)
    assert page.seen.count("th") == 1 + 6 + len(WORDS)
    assert "script" not in page.seen
    assert any("the workflow and the code are those of the pull request" in text for text in page.texts)


CALLED = "on: workflow_call\njobs:\n  work: {runs-on: x, steps: [{run: make}]}\n"
CALLS = "".join(f"  c{n}: {{uses: ./.github/workflows/train.yml}}\n" for n in range(60))


def test_many_ways_of_one_actor_leave_room_for_the_others() -> None:
    boundary_map = drawn(CALLED, f"on: [issue_comment, push, issues]\njobs:\n{CALLS}")
    work = boundary_map.jobs[0]
    assert len(work.rows) == MAX_ROWS
    assert {(row.actor, row.path.entry.event) for row in work.rows} >= {
        (Actor.OUTSIDER, "issue_comment"),
        (Actor.OUTSIDER, "issues"),
        (Actor.WRITER, "push"),
    }
    weakness = [row.path.weakness for row in work.rows]
    assert weakness == sorted(weakness)
    page = _Page(html.render(boundary_map))
    assert f": {work.more} more ways " in page.texts
    assert page.open == []


def test_a_page_that_holds_all_ways_says_nothing_of_more() -> None:
    assert "More ways" not in html.render(drawn(TRAIN))


HOSTILE = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30)


@given(HOSTILE)
def test_a_hostile_name_is_only_text(name: str) -> None:
    hostile = f"</code><script>{name}</script>\x1b[31m"
    boundary_map = drawn(TRAIN, path=f".github/workflows/{hostile}.yml")
    page = _Page(html.render(boundary_map))
    assert page.open == []
    assert "script" not in page.seen
    shown = boundary_text.render(boundary_map)
    assert "\x1b" not in shown
    jsonschema.validate(json.loads(boundary_json.render(boundary_map)), SCHEMA)


@pytest.mark.parametrize("lead", range(0, 101, 7))
@pytest.mark.parametrize("act", ["::stop-commands::x", "##[add-mask]x", "##vso[task.x]", "a ::notice::x"])
def test_a_long_name_is_no_command_where_it_is_folded(lead: int, act: str) -> None:
    _no_command(f"{'n' * lead}{act}")


@given(st.text(st.characters() | st.sampled_from(" :#[\x1b\u202e"), min_size=1, max_size=120))
def test_no_name_is_a_command_wherever_it_is_folded(name: str) -> None:
    _no_command(name)


def _no_command(name: str) -> None:
    """With the name in every place that the text shows, no line of it is a command to a runner."""
    jobs = []
    boundary_map = drawn(TRAIN, path=name)
    for each in boundary_map.jobs:
        job = replace(each.job, id=name)
        rows = [
            replace(
                row,
                powers=replace(row.powers, secrets=(name, name)),
                runners=tuple(replace(runner, labels=(name,)) for runner in row.runners),
            )
            for row in each.rows
        ]
        jobs.append(replace(each, job=job, rows=tuple(rows), more=2))
    problem = Problem(Stage.PARSE, name, Location(name))
    shown = boundary_text.render(replace(boundary_map, jobs=tuple(jobs), problems=(problem,)))
    for line in shown.split("\n"):
        assert line.isprintable()
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert "##vso[" not in line
        assert cell_len(line) <= 100


@pytest.mark.parametrize(
    "hostile", ["</title><script>", "\"><img src=x onerror='a'>", "{{ 7 * 7 }}", "\u202e"]
)
def test_a_hostile_text_in_any_field_is_only_text(hostile: str) -> None:
    def page(name: str) -> tuple[_Page, str]:
        boundary_map = drawn(
            TRAIN.replace("gpu-a100", json.dumps(name)), path=f".github/workflows/{name}.yml"
        )
        problem = Problem(Stage.PARSE, name, Location(name))
        job = replace(boundary_map.jobs[0], job=replace(boundary_map.jobs[0].job, id=name), more=2)
        named = replace(boundary_map, repository=name, commit=name, jobs=(job,), problems=(problem,))
        made = html.render(named)
        return _Page(made), made

    (evil, made), (calm, _) = page(hostile), page("calm")
    assert evil.seen == calm.seen
    assert made.replace("\n", "").isprintable()
    assert made.endswith("</html>\n")
    shown = "".join(evil.texts)
    assert shown.count(visible(hostile)) == "".join(calm.texts).count("calm") > 8


def test_every_actor_has_a_word() -> None:
    assert set(WORDS) == set(Actor)


@pytest.mark.parametrize("actor", Actor)
def test_the_schema_knows_every_actor(actor: Actor) -> None:
    assert actor.name.lower() in SCHEMA["$defs"]["actor"]["enum"]
