"""Microsoft's validator and the schema that comes with it.

`npm ci` in `multitool/` brings both. Its launcher for `npx` splits `Sarif;Gh` at the semicolon, so the
program itself is called. Its exit code says nothing, so what it writes is read.
"""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.finding import Finding, Location
from auditor.report.scan.document import Report
from auditor.report.scan.sarif import render
from auditor.source import Source

BINARY = os.environ.get("CI_AUDIT_SARIF_MULTITOOL", "")
NO_HOME_PAGE = "SARIF2005"
"""It misses `informationUri`: the project has no home page to name."""

pytestmark = pytest.mark.skipif(not BINARY, reason="CI_AUDIT_SARIF_MULTITOOL does not name the program")


@pytest.fixture
def reports(
    full_report: Report, make_report: Callable[..., Report], make_finding: Callable[..., Finding]
) -> list[Report]:
    """A full report, an empty one, and one of hostile text."""
    path = "a b/{0}#?%[x](1)\n\u202e.yml"
    hostile = make_finding(message="${{ x }} {0} [a](1) \x1b[0m \ud800", location=Location(path))
    return [full_report, make_report(), make_report(hostile, sources={path: Source(path, "🚀\x00")})]


def validated(files: Path, number: int, tmp_path: Path) -> list[dict[str, Any]]:
    """What the validator says of `number` files."""
    found = tmp_path / "found.json"
    done = subprocess.run(
        [BINARY, "validate", str(files), "--rule-kind", "Sarif;Gh", "-o", str(found)],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert f"Done. {number} files scanned." in done.stdout
    return json.loads(found.read_text(encoding="utf-8-sig"))["runs"][0]["results"]


def test_it_finds_nothing(reports: list[Report], tmp_path: Path) -> None:
    for number, report in enumerate(reports):
        (tmp_path / f"{number}.sarif").write_text(render(report), encoding="utf-8")
    found = validated(tmp_path / "*.sarif", len(reports), tmp_path)
    assert [result for result in found if result["ruleId"] != NO_HOME_PAGE] == []


def test_it_finds_what_is_wrong(full_report: Report, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.sarif"
    wrong.write_text(render(full_report).replace('"ruleIndex": 0', '"ruleIndex": 99'), encoding="utf-8")
    assert "SARIF1009" in {result["ruleId"] for result in validated(wrong, 1, tmp_path)}


def test_the_schema_holds(reports: list[Report]) -> None:
    schema = json.loads(Path(BINARY).with_name("sarif-2.1.0.json").read_text(encoding="utf-8-sig"))
    for report in reports:
        jsonschema.validate(json.loads(render(report)), schema)
