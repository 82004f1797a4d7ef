"""Where paths lead, and what belongs to what is fetched into a folder."""

import pytest

from auditor.facts.job.paths import UNKNOWN, lies_in, resolve
from auditor.finding import Confidence


@pytest.mark.parametrize(
    ("path", "base", "place"),
    [
        ("pr", "", "pr"),
        ("./pr/", "", "pr"),
        (".", "pr", "pr"),
        ("..", "pr", ""),
        ("../..", "pr", "/"),
        ("$GITHUB_WORKSPACE", "pr", ""),
        ('"${GITHUB_WORKSPACE}/a/b"', "pr", "a/b"),
        ("${{ github.workspace }}/a", "pr", "a"),
        ("$PWD/x", "pr", "pr/x"),
        ("$RUNNER_TEMP/x", "pr", "/~temp/x"),
        ("${{ runner.temp }}/x", "", "/~temp/x"),
        ("${{ runner['temp'] }}/x", "", "/~temp/x"),
        ("${{runner[format('te{0}', 'mp')]}}/x", "", "/~temp/x"),
        ("${{ github['workspace'] }}/a", "pr", "a"),
        ("${{ runner['temp }}/x", "", UNKNOWN),
        ("~/x", "pr", "/~home/x"),
        ("/opt/x", "pr", "/opt/x"),
        ("scripts/$NAME.sh", "", "scripts"),
        ("$NAME", "pr", UNKNOWN),
        ("x", UNKNOWN, UNKNOWN),
        ("$GITHUB_WORKSPACEX/a", "", UNKNOWN),
    ],
)
def test_where_a_path_leads(path: str, base: str, place: str) -> None:
    assert resolve(path, base) == place


@pytest.mark.parametrize(
    ("place", "folder", "surely"),
    [
        ("", "", Confidence.HIGH),
        ("docs/x", "", Confidence.HIGH),
        ("/tmp/x", "", None),
        ("pr/x", "pr", Confidence.HIGH),
        ("pr", "pr", Confidence.HIGH),
        ("prx", "pr", None),
        ("", "pr", None),
        (UNKNOWN, "pr", Confidence.LOW),
        ("x", UNKNOWN, Confidence.LOW),
        ("", UNKNOWN, None),
    ],
)
def test_what_lies_in_a_folder(place: str, folder: str, surely: Confidence | None) -> None:
    assert lies_in(place, folder) is surely
