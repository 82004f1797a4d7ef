"""The checker must find what it is there to find."""

import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from auditor.report.scan.document import Report
from auditor.report.scan.sarif import render

Spoil = Callable[[dict[str, Any]], object]


def properties(run: dict[str, Any]) -> dict[str, Any]:
    return run["tool"]["driver"]["rules"][0]["properties"]


def place(run: dict[str, Any]) -> dict[str, Any]:
    return run["results"][0]["locations"][0]["physicalLocation"]


def test_a_sound_file_has_no_fault(code_scanning: ModuleType, full_report: Report) -> None:
    assert code_scanning.faults(render(full_report)) == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda run: run["invocations"][0].update(executionSuccessful=False), "unsuccessful"),
        (lambda run: run["automationDetails"].update(id="ci-audit"), "category"),
        (lambda run: run.update(columnKind="unicodeCodePoints"), "UTF-16"),
        (lambda run: properties(run).update({"security-severity": "high"}), "no number"),
        (lambda run: properties(run).update({"security-severity": 9.3}), "no number"),
        (lambda run: properties(run).update({"security-severity": "9.0"}), "no class"),
        (lambda run: properties(run).update({"security-severity": "0.0"}), "no class"),
        (lambda run: properties(run).update(tags=[str(n) for n in range(25)]), "tags"),
        (lambda run: run["tool"]["driver"]["rules"][0].update(name="kebab-case"), "Pascal"),
        (lambda run: run["tool"]["driver"]["rules"][0].update(fullDescription={"text": ""}), "sentence"),
        (lambda run: run["tool"]["driver"]["rules"][1].update(id="fork-code-on-runner"), "one id"),
        (lambda run: run["results"][0].update(suppressions=[]), "suppressions"),
        (lambda run: run["results"][0].update(kind="pass"), "kind"),
        (lambda run: run["results"][0]["partialFingerprints"].pop("primaryLocationLineHash"), "LineHash"),
        (lambda run: run["results"].append(run["results"][-1]), "one alert"),
        (lambda run: run["results"].reverse(), "worst"),
        (lambda run: run["results"][0].update(ruleIndex=1), "differ"),
        (lambda run: run["results"][0].update(message={"text": " "}), "empty"),
        (lambda run: run["results"][0].update(message={"text": "see [this](9)"}), "links"),
        (lambda run: run["results"][0].update(message={"text": "a\u202eb"}), "unseen"),
        (lambda run: run["results"][0]["codeFlows"][0]["threadFlows"][0].update(locations=[]), "path"),
        (lambda run: run["results"][0]["relatedLocations"][0].update(id=2), "twice"),
        (lambda run: place(run)["artifactLocation"].update(uri="/etc/passwd"), "relative"),
        (lambda run: place(run)["artifactLocation"].update(uri="https://x.example/"), "relative"),
        (lambda run: place(run)["artifactLocation"].update(uri="a b"), "relative"),
        (lambda run: place(run)["region"].update(endLine=9), "one line"),
        (lambda run: place(run)["region"].update(endColumn=1), "no region"),
    ],
)
def test_each_fault_is_found(
    code_scanning: ModuleType, full_report: Report, spoil: Spoil, fault: str
) -> None:
    log = json.loads(render(full_report))
    spoil(log["runs"][0])
    found = code_scanning.faults(json.dumps(log))
    assert any(fault in each for each in found), found


def test_two_runs_are_a_fault(code_scanning: ModuleType, full_report: Report) -> None:
    log = json.loads(render(full_report))
    log["runs"] *= 2
    assert code_scanning.faults(json.dumps(log)) == ["there must be one run"]
