"""Sweeps while GitHub fails in every way that is known of it.

Nothing is lost, nothing is counted twice, and a repository that could not be seen is never clean.
"""

import errno
import json
import os
import random
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from sweep_worlds import (
    BAD,
    GOOD,
    SEEN,
    Said,
    acme,
    blob,
    in_threads,
    is_for_people,
    is_harmless,
    named,
    nothing_is_lost,
)
from typer.testing import CliRunner

from auditor.cli import app
from auditor.errors import AuditError
from fake_github import TOKEN, When, faults, serving

PAGE = 4
"""Repositories that are asked for at first, so that the listing has several pages."""


@pytest.fixture
def waits(monkeypatch):
    """The seconds that were waited for, none of which pass."""
    waited = []
    monkeypatch.setattr("auditor.sweep.waits.StoppableWait.wait", lambda _, seconds: waited.append(seconds))
    return waited


@pytest.fixture
def sweep(serve, tmp_path, monkeypatch, waits):
    """Sweeps a world through the command line. What must be true of every sweep is held here."""
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    for name in ("GITHUB_TOKEN", "GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("auditor.sweep.session.executor_for", in_threads)
    monkeypatch.setattr("auditor.sweep.sweeper.MOST", PAGE)
    urls = {}

    def run(world, *options, name="a", ends=False, unnamed=(), vanished=(), names=None):
        if id(world) not in urls:
            urls[id(world)] = serve(world)
        folder = tmp_path / name / "out"
        folder.parent.mkdir(exist_ok=True)
        arguments = ["sweep", "acme", "--api-url", urls[id(world)], "--state", folder.parent / "state"]
        options = options or ("--no-settings",)
        result = CliRunner().invoke(app, [*map(str, arguments), "-o", str(folder), *options])
        if ends:
            assert isinstance(result.exception, AuditError), result.exception
            is_harmless(folder, result.output + str(result.exception) + result.exception.help)
            assert not (folder / "sweep.jsonl").exists()
            return result.exception
        if isinstance(result.exception, AuditError):
            raise result.exception
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        said = Said(folder)
        expected = [each.full_name for each in world if each.name not in unnamed] + [*vanished]
        expected = [(names or {}).get(each, each) for each in expected]
        nothing_is_lost(expected, said, result.output)
        return SimpleNamespace(code=result.exit_code, said=said, text=result.output)

    return run


@pytest.fixture(scope="session")
def key():
    """An App's key."""
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization")
    rsa = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.rsa")
    pytest.importorskip("jwt")
    made = rsa.generate_private_key(65_537, 2_048)
    private = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = made.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return SimpleNamespace(private=private.decode(), public=public.decode())


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What a sweep of `acme()` says that nothing disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with pytest.MonkeyPatch.context() as patch, serving(acme()) as url:
        patch.setenv("GH_TOKEN", TOKEN)
        patch.setattr("auditor.sweep.session.executor_for", in_threads)
        arguments = ["sweep", "acme", "--api-url", url, "--no-settings", "-o", folder / "out"]
        result = CliRunner().invoke(app, [*map(str, arguments), "--state", str(folder / "state")])
        assert result.exit_code == 1, result.output
    return Said(folder / "out")


def index(nth=1, times=1, **more):
    return When(operation="Index", nth=nth, times=times, **more)


def contents(nth=1, times=1, **more):
    return When(operation="Contents", nth=nth, times=times, **more)


NODE = ("repositoryOwner", "repositories", "nodes", 1)
HARMLESS = {
    "the hour's limit": (index(2), faults.primary_limit(1)),
    "the hour's limit as 429": (index(2), faults.primary_limit(1, status=429)),
    "the hour's limit among the contents": (contents(), faults.primary_limit(1)),
    "too much at once, with a time": (index(2), faults.secondary_limit(1)),
    "too much at once, without a time": (index(2, 3), faults.secondary_limit(None)),
    "too much at once, as 429": (contents(), faults.secondary_limit(None, status=429)),
    "RATE_LIMITED": (contents(), faults.graphql_error("RATE_LIMITED", "API rate limit exceeded", data=False)),
    "FORBIDDEN once, of all": (index(2), faults.graphql_error("FORBIDDEN", "no", data=False)),
    "NOT_FOUND once, of all": (index(2), faults.graphql_error("NOT_FOUND", "no", data=False)),
    "something went wrong": (index(1, 2), faults.something_went_wrong()),
    "something went wrong with contents": (contents(1, 3), faults.something_went_wrong()),
    "resource limits with a part of the data": (index(1, 2), faults.resource_limits((*NODE, "github"))),
    "resource limits without a repository": (index(1, 2), faults.resource_limits(NODE)),
    "502 above two a page": ("/graphql", faults.broken_pages(2)),
    "503 above one a page": ("/graphql", faults.broken_pages(1, 503)),
    "504 above three a page": ("/graphql", faults.broken_pages(3, 504)),
    "502 at any second request": (When(path="/graphql", every=2), faults.broken(502)),
    "500 three times": (index(2, 3), faults.broken(500)),
    "a body that breaks off": (index(2), faults.broken_off(200)),
    "contents that break off": (contents(1, 2), faults.broken_off(50)),
    "a reset": (index(2), faults.reset()),
    "resets among the contents": (contents(1, 2), faults.reset()),
    "a slow body": (index(2), faults.slow(0.01)),
    "a clock that jumps ahead": (index(2), faults.clock_jumps(5_000)),
    "a clock that jumps back": (index(2), faults.clock_jumps(-86_400)),
    "no JSON": (index(2), faults.invalid_json()),
    "contents that are no JSON": (contents(1, 2), faults.invalid_json(b"nonsense")),
    "JSON of another kind": (index(2, 2), faults.invalid_json(b"[7]")),
    "a page for people": (index(2), faults.page_for_people()),
    "a page for people in place of contents": (contents(), faults.page_for_people()),
    "repositories repeated over pages": (index(2, None), faults.repeated(2)),
    "nothing of one repository in one answer": (
        contents(),
        faults.graphql_error("NOT_FOUND", "no", path=("r0",)),
    ),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_passes_changes_nothing(sweep, undisturbed, what):
    world = acme()
    world.faults.add(*HARMLESS[what])
    found = sweep(world)
    assert found.code == 1
    assert found.said.reasons == {}
    assert found.said.outcomes == undisturbed.outcomes
    assert found.said.findings() == undisturbed.findings()


@pytest.mark.parametrize("what", ["the hour's limit", "too much at once, without a time"])
def test_limits_are_waited_for(sweep, waits, what):
    world = acme()
    world.faults.add(*HARMLESS[what])
    sweep(world)
    assert max(waits) >= 1


@pytest.mark.parametrize(
    ("status", "outcome", "reason"),
    [
        (403, "not verifiable", "needs Contents: read"),
        (451, "failed", "GitHub doesn't show /repos/acme/r05/commits/HEAD (451)"),
    ],
)
def test_a_repository_that_is_not_shown(sweep, undisturbed, status, outcome, reason):
    world = acme()
    named(world, 5).blocked = status
    found = sweep(world)
    assert found.code == 4
    assert found.said.outcomes == undisturbed.outcomes | {"r05": outcome}
    assert found.said.reasons == {"r05": reason}
    assert found.said.findings() == undisturbed.findings(["r05"])


def test_a_repository_that_is_counted_and_never_named(sweep, undisturbed):
    world = acme()
    named(world, 5).blocked = 404
    found = sweep(world, unnamed=["r05"])
    assert found.code == 4
    assert found.said.sweep["problems"] == ["GitHub counts 18 repositories of acme, and names 17"]
    assert found.said.findings() == undisturbed.findings(["r05"])
    # Nobody knows what became of it: its findings aren't gone, and aren't fixed.
    world["acme/r05"].blocked = None
    assert sweep(world, name="b").code == 1
    named(world, 5).blocked = 404
    again = sweep(world, name="b", unnamed=["r05"])
    assert again.said.standings.keys() == {"still open", "not looked at"}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (faults.forbidden, "needs Contents: read"),
        (faults.saml, "needs single sign-on of the organisation"),
    ],
)
def test_a_repository_whose_files_are_not_shown(sweep, undisturbed, fault, reason):
    world = acme()
    world.faults.add(index(2, None), fault((*NODE, "defaultBranchRef")))
    found = sweep(world)
    assert found.code == 4
    lost = found.said.reasons
    assert lost
    assert set(lost.values()) == {reason}
    assert {found.said.outcomes[name] for name in lost} == {"not verifiable"}
    assert found.said.findings() == undisturbed.findings(lost)


def test_contents_that_are_others(sweep, undisturbed):
    world = acme()
    world.forged[blob(world, 5)] = GOOD.format(name="r05").encode()
    found = sweep(world)
    assert found.code == 4
    assert found.said.problems.keys() == {"r05"}
    (problem,) = found.said.problems["r05"]
    assert "content is not the one that the commit names" in problem
    assert found.said.findings() == undisturbed.findings(["r05"])


def test_a_folder_that_is_not_whole(sweep, undisturbed):
    world = acme()
    commit = world.commit_of(named(world, 5))
    world.hidden_entries[commit.at(".github/workflows").oid] = {b"train.yml"}
    found = sweep(world)
    assert found.code == 4
    assert found.said.problems.keys() == {"r05"}
    assert "it may not be whole" in found.said.problems["r05"][0]
    assert found.said.findings() == undisturbed.findings(["r05"])


def test_trees_that_are_cut_off(sweep, undisturbed):
    """GraphQL tells other modes, and REST's answer with all that is below is cut: each folder's own isn't."""
    world = acme()
    world.faults.add(index(1, 6), faults.changed(_with_other_modes))
    recursive = When(path="*/git/trees/*", test=lambda request: "recursive" in request.query)
    world.faults.add(recursive, faults.truncated_tree(1))
    found = sweep(world)
    assert found.code == 1
    assert len(world.log.trees) >= SEEN
    assert found.said.findings() == undisturbed.findings()


def _with_other_modes(response):
    """An answer whose trees aren't those that the commits name."""
    body = response.body.replace(b'"mode":33188', b'"mode":33189')
    return type(response)(response.status, body, response.headers, response.kind)


def test_what_is_behind_the_cut(sweep):
    """GraphQL gives 512,000 bytes of a text."""
    world = acme()
    fine = GOOD.format(name="long")
    long = fine + "# padding\n" * 60_000 + "\n".join(BAD.format(name="tail").partition("jobs:\n")[2:])
    assert len(long) > 512_000
    world.put(named(world, 0), ".github/workflows/test.yml", long)
    found = sweep(world)
    assert found.code == 1
    paths = {path for name, _, path, _ in found.said.findings() if name == "acme/r00"}
    assert paths == {".github/workflows/test.yml"}


def test_a_repository_that_is_renamed_midway(sweep, undisturbed):
    world = acme()
    world.faults.add(contents(), faults.happens(lambda world: world.rename(named(world, 5), "r05-renamed")))
    found = sweep(world, names={"acme/r05-renamed": "acme/r05"})
    assert found.code == 1
    assert found.said.findings() == undisturbed.findings()


def test_a_repository_that_vanishes_before_its_contents_are_asked_for(sweep, undisturbed):
    world = acme()
    world.faults.add(contents(), faults.happens(lambda world: world.remove(named(world, 5))))
    found = sweep(world, vanished=["acme/r05"])
    assert found.code == 4
    assert found.said.findings() == undisturbed.findings(["r05"])
    assert found.said.problems.keys() == {"r05"}
    assert "404" in found.said.problems["r05"][0]


def test_a_repository_that_vanishes_while_others_are_listed(sweep, undisturbed):
    """The pages behind it move up by one: none of what they hold is left out."""
    world = acme()
    world.faults.add(index(2), faults.happens(lambda world: world.remove(named(world, 1))))
    found = sweep(world, vanished=["acme/r01"])
    assert found.said.outcomes == undisturbed.outcomes
    assert found.said.findings(["r01"]) == undisturbed.findings(["r01"])


def test_a_repository_that_comes_while_others_are_listed(sweep):
    world = acme()
    files = {".github/workflows/train.yml": BAD.format(name="late")}
    late = faults.happens(lambda world: world.add("acme", "late", files, visibility="public"))
    world.faults.add(index(3), late)
    assert sweep(world).said.outcomes["late"] == "scanned"


def test_contents_that_keep_failing_fail_alone_and_are_asked_for_again(sweep, undisturbed):
    world = acme()
    oid = blob(world, 5)
    about = When(test=lambda request: oid in str(request.variables) or oid in request.path)
    world.faults.add(about, faults.broken(502))
    found = sweep(world)
    assert found.code == 4
    assert found.said.problems.keys() == {"r05"}
    assert "doesn't answer" in found.said.problems["r05"][0]
    assert found.said.findings() == undisturbed.findings(["r05"])
    # What failed isn't kept, under no name by which it could be taken for what the files say.
    world.faults.clear()
    again = sweep(world)
    assert again.code == 1
    assert again.said.outcomes["r05"] == "scanned"
    assert again.said.outcomes["r07"] == "reused"
    assert again.said.findings() == undisturbed.findings()


def test_what_could_not_be_read_this_time_is_not_fixed(sweep, undisturbed):
    world = acme()
    sweep(world)
    world.put(named(world, 5), "README.md", "other words")
    world.put(named(world, 5), ".github/workflows/train.yml", BAD.format(name="r05") + "# changed\n")
    oid = blob(world, 5)
    about = When(test=lambda request: oid in str(request.variables) or oid in request.path)
    world.faults.add(about, faults.broken(502))
    for _ in range(3):
        found = sweep(world)
        assert found.code == 4
        assert found.said.standings.keys() == {"still open", "not looked at"}
    world.faults.clear()
    found = sweep(world)
    assert found.said.standings.keys() == {"still open"}
    assert len(found.said.findings()) == len(undisturbed.findings())
    world.put(named(world, 5), ".github/workflows/train.yml", GOOD.format(name="r05"))
    assert sweep(world).said.standings.keys() == {"still open", "fixed"}


def test_what_a_setting_showed_that_could_not_be_read_this_time_is_not_fixed(sweep):
    world = acme()
    named(world, 0).settings.default_workflow_permissions = "write"
    text = GOOD.format(name="r00").replace("permissions: {}\n", "")
    world.put(named(world, 0), ".github/workflows/train.yml", text)
    options = ("--select", "default-token-writes")
    assert sweep(world, *options).said.standings == {"new": 1}
    world.faults.add("*/repos/acme/r00/actions/permissions/workflow", faults.broken(502))
    found = sweep(world, *options)
    assert found.said.standings == {"not looked at": 1}
    assert found.said.outcomes["r00"] == "scanned"
    world.faults.clear()
    assert sweep(world, *options).said.standings == {"still open": 1}
    named(world, 0).settings.default_workflow_permissions = "read"
    assert sweep(world, *options).said.standings == {"fixed": 1}


def test_findings_of_a_rule_that_did_not_run_are_not_fixed(sweep, undisturbed):
    world = acme()
    sweep(world)
    some = sweep(world, "--no-settings", "--select", "unpinned-action")
    assert some.said.standings.keys() == {"still open", "not looked at"}
    assert sum(some.said.standings.values()) == len(undisturbed.findings())
    assert sweep(world).said.standings.keys() == {"still open"}


def test_an_owner_that_cannot_be_listed_ends_the_sweep_and_the_next_goes_on(sweep, undisturbed):
    world = acme()
    world.faults.add(index(3, None), faults.broken(502))
    error = sweep(world, ends=True)
    is_for_people(str(error))
    assert error.exit_code == 2
    listed = world.log.count("graphql Index")
    world.faults.clear()
    found = sweep(world)
    assert "going on with the sweep" in found.text
    assert world.log.count("graphql Index") - listed < 4
    assert found.said.findings() == undisturbed.findings()


def test_an_unfinished_sweep_that_other_options_give_up_is_reported(sweep):
    world = acme()
    world.faults.add(contents(1, None), faults.bad_token())
    sweep(world, ends=True)
    world.faults.clear()
    found = sweep(world, "--no-settings", "--select", "default-token-writes")
    assert "is given up for this one" in found.text
    assert "going on with the sweep" not in found.text


def test_a_token_that_is_rejected_in_the_middle(sweep, undisturbed):
    world = acme()
    world.faults.add(contents(1, None), faults.bad_token())
    error = sweep(world, ends=True)
    assert "doesn't take the token" in str(error)
    assert error.help
    world.faults.clear()
    assert sweep(world).said.findings() == undisturbed.findings()


def test_an_app_whose_token_expires_midway(sweep, undisturbed, monkeypatch, key):
    world = acme()
    world.app.install("acme")
    world.app.public_key = key.public
    monkeypatch.setenv("GITHUB_APP_ID", str(world.app.id))
    monkeypatch.setenv("GITHUB_APP_PRIVATE_KEY", key.private)
    world.faults.add(index(2), faults.expired_tokens())
    world.faults.add(contents(), faults.expired_tokens())
    found = sweep(world)
    assert found.code == 1
    assert len(world.app.tokens) == 3
    assert found.said.findings() == undisturbed.findings()
    for token in (*world.app.tokens, key.private.splitlines()[1]):
        is_harmless(found.said.folder, found.text, token=token)


ODD = (None, True, 0, -1, 2**70, 1.5, "", "x", "../..", "\ud800", [], [None], [[]], {}, {"": {}}, {"id": "x"})


def odd(chance):
    """An answer in which something is of another kind than GitHub's reference says."""

    def change(response):
        try:
            answer = response.json
        except ValueError:
            return response
        places = [*_places(answer)]
        if not places:
            return response
        holder, key = chance.choice(places)
        holder[key] = chance.choice(ODD)
        return replace(response, body=json.dumps(answer).encode())

    return faults.changed(change)


def _places(value):
    """Each place in JSON, as what holds it and its name there."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in [*pairs]:
        yield value, key
        yield from _places(inner)


@pytest.mark.parametrize("seed", range(12))
def test_odd_answers_cost_a_repository_at_most(serve, sweep, tmp_path, monkeypatch, seed):
    """What nobody expects ends in words, and so that the next sweep can go on."""
    chance = random.Random(seed)
    world = acme()
    world.faults.add(When(test=lambda _: chance.random() < 0.3), odd(chance))
    arguments = ["sweep", "acme", "--api-url", serve(world), "--state", str(tmp_path / "state")]
    result = CliRunner().invoke(app, [*arguments, "-o", str(tmp_path / "out")])
    assert isinstance(result.exception, AuditError | SystemExit | None), result.exception
    is_harmless(tmp_path / "out", result.output + str(result.exception))
    if isinstance(result.exception, AuditError):
        assert "nobody expected" not in str(result.exception)
        is_for_people(str(result.exception))
    else:
        said = Said(tmp_path / "out")
        assert len({each["id"] for each in said.repositories}) == len(said.repositories)
        for reason in said.reasons.values():
            is_for_people(reason)


def test_thousands_of_called_actions_are_bounded(sweep, undisturbed):
    """Each costs a part of a request; what is behind the bound is said, and nothing else suffers."""
    world = acme()
    calls = "".join(f"      - uses: ./tools/a{number:04}\n" for number in range(1_000))
    text = GOOD.format(name="r00").replace("    steps: [{run: echo fine}]", f"    steps:\n{calls}")
    world.put(named(world, 0), ".github/workflows/train.yml", text)
    found = sweep(world)
    assert found.code == 4
    assert found.said.problems.keys() == {"r00"}
    assert "over 500 paths are called" in found.said.problems["r00"][0]
    assert world.log.count("graphql Paths") < 40
    assert found.said.findings(["r00"]) == undisturbed.findings(["r00"])


def test_called_files_are_bounded_by_their_bytes(sweep, monkeypatch):
    monkeypatch.setattr("auditor.sweep.contents.MAX_BYTES", 5_000)
    world = acme()
    world.put(named(world, 4), "tools/greet/action.yml", "#" * 6_000)
    found = sweep(world)
    assert found.code == 4
    assert found.said.problems.keys() == {"r04"}
    assert "too many, or over" in found.said.problems["r04"][0]


def test_files_are_held_a_lot_at_a_time(sweep, undisturbed, monkeypatch):
    """A hostile repository may have twenty megabytes of workflows, and a hundred of them two gigabytes."""
    monkeypatch.setattr("auditor.sweep.contents.MAX_HELD", 10_000)
    monkeypatch.setattr("auditor.sweep.sweeper.MAX_HELD", 1_000)
    world = acme()
    world.put(named(world, 0), ".github/workflows/train.yml", GOOD.format(name="r00") + "#" * 50_000)
    found = sweep(world)
    assert found.code == 1
    # With one of them, each request asks for few.
    assert world.log.count("graphql Contents") >= 7
    assert found.said.findings() == undisturbed.findings()


def test_files_of_a_repository_are_bounded_by_number(sweep, monkeypatch):
    monkeypatch.setattr("auditor.sweep.contents.MAX_BYTES", 20 * 4_000)
    world = acme()
    for number in range(30):
        world.put(named(world, 1), f".github/workflows/w{number:02}.yml", GOOD.format(name=number))
    found = sweep(world)
    assert found.code == 4
    assert len(found.said.problems["r01"]) == 11
    assert all("too many" in problem for problem in found.said.problems["r01"])


def test_an_error_that_nobody_expected_ends_in_words(sweep, undisturbed, monkeypatch):
    world = acme()
    with monkeypatch.context() as patch:
        patch.setattr("auditor.sweep.prepare.Preparation.made", lambda *_: {}["\x1b[31mkey"])
        error = sweep(world, ends=True)
    assert str(error).startswith("an error that nobody expected: KeyError in test_sweep_faults.py:")
    assert "goes on where it stopped" in error.help
    found = sweep(world)
    assert "going on with the sweep" in found.text
    assert found.said.findings() == undisturbed.findings()


@pytest.mark.parametrize("days", [-400, 400])
def test_our_own_clock_may_jump(sweep, undisturbed, monkeypatch, days):
    """Between sweeps, and within one."""
    world = acme()
    now = [datetime.now(UTC)]
    monkeypatch.setattr("auditor.sweep.session._now", lambda: now[0])
    assert sweep(world).said.standings.keys() == {"new"}
    now[0] += timedelta(days=days)
    world.put(named(world, 1), ".github/workflows/train.yml", GOOD.format(name="r01"))
    world.put(named(world, 2), ".github/workflows/train.yml", BAD.format(name="r02"))

    def jump(_):
        now[0] -= timedelta(days=2 * days)

    world.faults.add(contents(), faults.happens(jump))
    said = sweep(world).said
    assert said.standings.keys() == {"new", "fixed", "still open"}
    assert {name for name, *_ in said.findings() - undisturbed.findings()} == {"acme/r02"}
    assert sweep(world).said.standings.keys() == {"still open"}


def test_hostile_names_reach_nobody_as_they_are(sweep, undisturbed):
    """Paths and contents are whatever somebody pushes; what is said holds no control character of theirs."""
    world = acme()
    path = ".github/workflows/\x1b]0;x\x07\u202e\r\n::error::\udcff<script>.yml"
    bad = BAD.format(name="x").replace("train:", '"\\e[2J\\u202e": &a', 1)
    world.put(named(world, 0), path, BAD.format(name="r00"))
    world.put(named(world, 2), path, bad)
    found = sweep(world)
    assert {name for name, *_ in found.said.findings() - undisturbed.findings()} >= {"acme/r00"}
    files = [each.read_text() for each in found.said.folder.rglob("*") if each.is_file()]
    for text in (*files, found.text):
        assert not re.search("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f\u202e]", text)
        assert not re.search("^::error::", text, re.MULTILINE)


def no_folder(folder, _):
    folder.write_text("a file")


def no_room(_, patched):
    def lines(_):
        yield "{}\n"
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    patched.setattr("auditor.report.sweep.jsonl.render", lines)


@pytest.mark.parametrize("make", [no_folder, no_room])
def test_a_folder_that_takes_nothing_costs_nothing_of_the_sweep(
    sweep, undisturbed, tmp_path, monkeypatch, make
):
    world = acme()
    folder = tmp_path / "a" / "out"
    folder.parent.mkdir()
    with monkeypatch.context() as patched:
        make(folder, patched)
        error = sweep(world, ends=True)
    assert error.exit_code == 2
    assert "can't write" in str(error)
    assert "--output" in error.help
    assert list(folder.glob("*.part")) == []
    requests = len(world.log.requests)
    folder.unlink() if folder.is_file() else shutil.rmtree(folder)
    found = sweep(world)
    assert found.code == 1
    assert len(world.log.requests) <= requests + 1
    # What is new in it hasn't been told to anybody, so it is still new.
    assert found.said.standings.keys() == {"new"}
    assert found.said.findings() == undisturbed.findings()


@pytest.mark.parametrize("content", [b"on: push\n" * 9_999, b"SQLite format 3\0" + bytes(5_000)])
def test_a_state_that_is_something_else_is_left_alone(sweep, tmp_path, content):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "state").write_bytes(content)
    error = sweep(acme(), ends=True)
    assert error.exit_code == 2
    assert error.help
    assert (tmp_path / "a" / "state").read_bytes() == content
