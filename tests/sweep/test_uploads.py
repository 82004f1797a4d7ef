"""Uploads of a sweep's results, one by one and from sweep to sweep, against a GitHub on loopback."""

import json

import pytest
from sweep_worlds import BAD, SEEN, acme, in_threads, named
from typer.testing import CliRunner

from auditor.cli import app
from auditor.errors import AuditError, UsageError
from fake_github import TOKEN, faults


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """A worker in this process, and nothing to wait for."""
    monkeypatch.setattr("auditor.sweep.session.executor_for", in_threads)
    monkeypatch.setattr("auditor.github.code_scanning.upload._PAUSES", (0.0,) * 5)
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    for name in ("GITHUB_TOKEN", "GITHUB_APP_ID", "GITHUB_REPOSITORY", "GITHUB_SHA", "GITHUB_REF"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def world():
    return acme()


@pytest.fixture
def sweep(serve, world, tmp_path):
    url = serve(world)

    def run(*options):
        where = ["--api-url", url, "--state", str(tmp_path / "state"), "-o", str(tmp_path / "out")]
        result = CliRunner().invoke(app, ["sweep", "acme", *where, "--no-settings", *options])
        if isinstance(result.exception, AuditError):
            raise result.exception
        assert TOKEN not in result.output
        return result

    run.url = url
    return run


def counts(result):
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("code scanning: ")]
    return [int(part.split()[0]) for part in line.removeprefix("code scanning: ").split(", ")]


def sent(world):
    return sorted(upload.repository for upload in world.uploads.taken.values())


def test_what_was_seen_is_uploaded_and_only_once_until_it_changes(world, sweep, tmp_path):
    assert counts(sweep("--upload")) == [SEEN, 0, 0, 0]
    assert len(sent(world)) == len(set(sent(world))) == SEEN
    for upload in world.uploads.taken.values():
        written = json.loads((tmp_path / f"out/sarif/{upload.repository}.sarif").read_text())
        assert upload.sarif == written
        assert upload.ref == "refs/heads/main"
    assert counts(sweep("--upload")) == [0, SEEN, 0, 0]
    mended = named(world, 0)
    world.put(mended, ".github/workflows/more.yml", BAD.format(name="more"))
    assert counts(sweep("--upload")) == [1, SEEN - 1, 0, 0]
    assert sent(world).count(mended.full_name) == 2


def test_nothing_is_uploaded_unless_it_is_asked_for(world, sweep):
    assert "code scanning" not in sweep().stdout
    assert sent(world) == []


def test_where_code_scanning_is_off_is_a_reason_and_no_failure(world, sweep):
    clean = sweep().exit_code
    named(world, 0).has_code_scanning = False
    result = sweep("--upload")
    assert counts(result) == [SEEN - 1, 0, 1, 0]
    assert "skipped: code scanning is not enabled" in result.stdout
    assert result.exit_code == clean


def test_an_upload_that_is_not_taken_in_is_said_and_tried_again(world, sweep):
    name = named(world, 0).full_name
    world.uploads.errors[name] = ["rejecting delivery as the repository has too many logical alerts"]
    result = sweep("--upload")
    assert result.exit_code == 4
    assert counts(result) == [SEEN - 1, 0, 0, 1]
    assert f"failed: {name}: " in result.stdout
    assert "too many logical alerts" in result.stdout
    world.uploads.errors[name] = [f"no {TOKEN}"]
    assert f"failed: {name}: GitHub can't process it: no ***" in sweep("--upload").stdout
    world.uploads.errors.clear()
    assert counts(sweep("--upload")) == [1, SEEN - 1, 0, 0]


def test_a_sweep_that_is_stopped_among_its_uploads_goes_on_with_the_others(world, sweep, monkeypatch):
    monkeypatch.setattr("auditor.github.code_scanning.upload._AT_ONCE", 3)
    world.faults.add("/repos/acme/r05/code-scanning/sarifs", faults.bad_token())
    with pytest.raises(AuditError, match="token"):
        sweep("--upload")
    world.faults.clear()
    before = len(sent(world))
    assert 0 < before < SEEN
    uploaded, unchanged, *_ = counts(sweep("--upload"))
    assert uploaded + unchanged == SEEN
    assert unchanged >= before - 3
    assert set(sent(world)) == {upload.repository for upload in world.uploads.taken.values()}
    assert len(set(sent(world))) == SEEN


def upload(*arguments):
    result = CliRunner().invoke(app, ["upload", *map(str, arguments)])
    if isinstance(result.exception, AuditError):
        raise result.exception
    return result


@pytest.fixture
def one(world, sweep, tmp_path):
    """The SARIF of one repository, and what says where it belongs."""
    sweep()
    repository = named(world, 0)
    commit = world.commit_of(repository).oid
    file = tmp_path / f"out/sarif/{repository.full_name}.sarif"
    where = ["--repository", repository.full_name, "--commit", commit, "--ref", "refs/heads/main"]
    return file, [*where, "--api-url", sweep.url]


def test_one_file_is_uploaded(world, one):
    file, where = one
    result = upload(file, *where)
    assert (result.exit_code, counts(result)) == (0, [1, 0, 0, 0])
    (taken,) = world.uploads.taken.values()
    assert taken.sarif == json.loads(file.read_text())


def test_one_file_that_is_not_taken_in_is_4(world, one):
    file, where = one
    world.uploads.errors[named(world, 0).full_name] = ["no"]
    assert upload(file, *where).exit_code == 4


def test_what_is_no_sarif_file_of_ours_is_refused(one, tmp_path):
    _, where = one
    other = tmp_path / "other.sarif"
    for text, said in (
        ("{", "isn't JSON"),
        ('{"runs": [{}, {}]}', "2 runs"),
        ('{"runs": [{}]}', "ci-audit's"),
    ):
        other.write_text(text)
        with pytest.raises(UsageError, match=said):
            upload(other, *where)
    with pytest.raises(UsageError, match="can't read"):
        upload(tmp_path / "nowhere", *where)
    other.write_bytes(b"\xff")
    with pytest.raises(UsageError, match="UTF-8"):
        upload(other, *where)


def test_a_file_that_says_too_little_needs_options(one):
    file, where = one
    with pytest.raises(UsageError, match="which ref"):
        upload(file, *where[:4], *where[6:])
