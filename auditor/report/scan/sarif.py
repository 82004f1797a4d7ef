"""A report as SARIF 2.1.0, with what GitHub code scanning reads and within what it takes.

Source: docs.github.com, "SARIF support for code scanning"; the limits are its of 2026.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.engine.rule import Rule
from auditor.finding import Confidence, Finding, Hop, Location, Problem, Severity, Stage, Trace, Verdict
from auditor.report.escape import dump, sarif_text, uri
from auditor.report.scan.document import Report
from auditor.report.scan.line_hash import line_hashes
from auditor.source import Source

MAX_RESULTS = 25_000
"""Results a run; a file with more is refused."""
SHOWN_RESULTS = 5_000
"""Results a run that are kept, the most severe ones."""
SHOWN_STEPS = 1_000
"""Steps of all the paths of a result that are kept."""
SHOWN_LOCATIONS = 100
"""Locations a result that are kept."""
MAX_DESCRIPTION = 1024
"""Characters of a rule's descriptions."""

_ROOT = "%SRCROOT%"
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_PROBLEM_SEVERITIES = {"error": "error", "warning": "warning", "note": "recommendation"}
_SECURITY_SEVERITIES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "3.0",
}
_WHOLE_FILE = (Stage.COLLECT, Stage.PARSE, Stage.RULE)
"""The stages whose problems lose a whole file, or a whole rule."""
_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")


def render(report: Report) -> str:
    """The whole report, but for guarded findings: code scanning would open alerts for them.

    SARIF has `security-severity` for a rule and none for a result, so a rule is listed once for each
    severity that its findings have: `secret-in-log` for its worst case, `secret-in-log/low` for low.
    Findings of one of these on one line look alike to code scanning, so they become one result.
    """
    return document(run(report), report.rules, report.version)


def document(
    run: Mapping[str, Any], rules: Sequence[Rule[Any]], version: str, *, indent: int | None = 2
) -> str:
    """A whole file of a run of this version's. `rules` are those that ran."""
    descriptors = _descriptors(rules, run["results"])
    indexes = {each["id"]: index for index, each in enumerate(descriptors)}
    results = [{**result, "ruleIndex": indexes[result["ruleId"]]} for result in run["results"]]
    return dump(
        {
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{"tool": {"driver": _driver(descriptors, version)}, **run, "results": results}],
        },
        indent=indent,
    )


def run(report: Report) -> dict[str, Any]:
    """A report's SARIF run, but for its `tool` and where in it a result's rule stands."""
    places = _Places(report.sources)
    alerts = _alerts(report, places)
    worst = {rule.id: rule.severity for rule in report.rules}
    notifications = [
        *(_problem(problem, places) for problem in report.problems),
        *({"level": level, "message": {"text": text}} for level, text in _cuts(alerts)),
    ]
    return {
        "automationDetails": {"id": "ci-audit/static/"},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
        **_provenance(report),
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "utf16CodeUnits",
        "results": [_result(alert, worst, places) for alert in alerts[:MAX_RESULTS]],
    }


def only_named(run: Mapping[str, Any], rules: Sequence[Rule[Any]]) -> list[Rule[Any]]:
    """Those rules that the run's results name: where there is a file for each of thousands of repositories,
    the texts of all rules in each would be most of it."""
    named = {_base(result["ruleId"]) for result in run["results"]}
    return [rule for rule in rules if rule.id in named]


def _provenance(report: Report) -> dict[str, Any]:
    if not (report.repository and report.commit and report.on_github):
        return {}
    details = {
        "repositoryUri": f"https://github.com/{uri(report.repository)}",
        "revisionId": report.commit,
        "mappedTo": {"uriBaseId": _ROOT},
    }
    return {"versionControlProvenance": [details]}


# The tool and its rules.


def _driver(rules: list[dict[str, Any]], version: str) -> dict[str, Any]:
    driver: dict[str, Any] = {
        "name": "ci-audit",
        "fullName": f"ci-audit {version}",
        "version": version,
        "rules": rules,
    }
    if _SEMANTIC_VERSION.fullmatch(version):
        driver["semanticVersion"] = version
    return driver


def _descriptors(rules: Sequence[Rule[Any]], results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each rule at each severity that its results have, worst first; at its worst case where it has none.

    Its precision is that of its surest result.
    """
    found: defaultdict[str, dict[Severity, Confidence]] = defaultdict(dict)
    for result in results:
        severity, confidence = (result["properties"][name].upper() for name in ("severity", "confidence"))
        known = found[_base(result["ruleId"])]
        level = Severity[severity]
        known[level] = max(known.get(level, Confidence.LOW), Confidence[confidence])
    return [
        _rule(rule, severity, confidence)
        for rule in rules
        for severity, confidence in sorted(
            (found.get(rule.id) or {rule.severity: Confidence.HIGH}).items(), reverse=True
        )
    ]


def _rule_id(id: str, severity: Severity, worst: Severity) -> str:
    """What code scanning knows a rule by, at one severity."""
    return id if severity is worst else f"{id}/{severity}"


def _base(rule_id: str) -> str:
    return rule_id.partition("/")[0]


def _rule(rule: Rule[Any], severity: Severity, confidence: Confidence) -> dict[str, Any]:
    level = _LEVELS[severity]
    id = _rule_id(rule.id, severity, rule.severity)
    properties: dict[str, Any] = {
        "tags": ["security", rule.boundary, f"external/cwe/cwe-{rule.cwe:03}", rule.owasp],
        "precision": str(confidence),
        "problem.severity": _PROBLEM_SEVERITIES[level],
    }
    if severity in _SECURITY_SEVERITIES:
        properties["security-severity"] = _SECURITY_SEVERITIES[severity]
    plain = "\n\n".join(f"{heading}\n\n{text}" for heading, text in rule.doc.sections.items())
    title = rule.title if severity is rule.severity else f"{rule.title} ({severity})"
    descriptor = {
        "id": id,
        "name": "".join(word.capitalize() for word in re.split("[-/]", id)),
        "shortDescription": {"text": _description(title)},
        "fullDescription": {"text": _description(rule.doc.summary)},
        "help": {
            "text": f"{rule.doc.summary}\n\n{plain}",
            "markdown": f"{rule.doc.summary}\n\n{rule.doc.markdown}",
        },
        "defaultConfiguration": {"level": level},
        "properties": properties,
    }
    if rule.doc.reference:
        descriptor["helpUri"] = rule.doc.reference
    return descriptor


def _description(text: str) -> str:
    whole = _sentence(text)
    return whole if len(whole) <= MAX_DESCRIPTION else whole[: MAX_DESCRIPTION - 3] + "..."


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


# Results.


@dataclass(frozen=True, slots=True)
class _Alert:
    """What code scanning takes for one alert: findings of one rule and severity on one line."""

    line_hash: str
    findings: list[Finding]

    @property
    def traces(self) -> list[Trace]:
        return [trace for finding in self.findings for trace in finding.traces if trace.hops]

    @property
    def shown_traces(self) -> list[Trace]:
        """As many of the traces as are kept whole, or else the start of the first."""
        traces, room = [], SHOWN_STEPS
        for trace in self.traces:
            room -= len(trace.hops)
            if room < 0:
                break
            traces.append(trace)
        return traces or [Trace(trace.hops[:SHOWN_STEPS]) for trace in self.traces[:1]]

    @property
    def related(self) -> list[tuple[str, Location]]:
        """The other findings of the line, then what the findings relate to, then their other places."""
        others = [(finding.message, finding.location) for finding in self.findings[1:]]
        hops = [(_note(hop), hop.location) for finding in self.findings for hop in finding.related]
        places = [("the same here", place) for finding in self.findings for place in finding.places]
        return others + hops + places

    @property
    def is_cut(self) -> bool:
        return self.shown_traces != self.traces or len(self.related) > SHOWN_LOCATIONS


def _alerts(report: Report, places: _Places) -> list[_Alert]:
    """All alerts, the most severe first, of these what is decided, and else in the report's order."""
    shown = (finding for finding in report.findings if finding.verdict is not Verdict.GUARDED)
    groups: defaultdict[tuple[str, Severity, str, str], list[Finding]] = defaultdict(list)
    for finding in sorted(shown, key=lambda each: (-each.severity, each.verdict is Verdict.NOT_EVALUABLE)):
        key = finding.rule, finding.severity, finding.location.path, places.line_hash(finding)
        groups[key].append(finding)
    return [_Alert(line_hash, findings) for (*_, line_hash), findings in groups.items()]


def _result(alert: _Alert, worst: Mapping[str, Severity], places: _Places) -> dict[str, Any]:
    first = alert.findings[0]
    result: dict[str, Any] = {
        "ruleId": _rule_id(first.rule, first.severity, worst[first.rule]),
        "level": _LEVELS[first.severity],
        "message": {"text": _message(alert, places)},
        "locations": [places.location(first.location)],
        "partialFingerprints": {
            "primaryLocationLineHash": alert.line_hash,
            "ciAuditFinding/v1": first.fingerprint,
        },
        "properties": {
            "severity": str(first.severity),
            "confidence": str(max(finding.confidence for finding in alert.findings)),
            "verdict": str(first.verdict),
        },
    }
    if alert.traces:
        result["codeFlows"] = [_code_flow(trace, places) for trace in alert.shown_traces]
    if alert.related:
        result["relatedLocations"] = [
            {"id": number, **places.location(location, text)}
            for number, (text, location) in enumerate(alert.related[:SHOWN_LOCATIONS], start=1)
        ]
    return result


def _message(alert: _Alert, places: _Places) -> str:
    """The first finding's message as a sentence, then links to the line's other findings.

    Alerts show no verdict, so the message begins with one that isn't decided.
    """
    first, *others = alert.findings
    doubt = "not evaluable: " if first.verdict is Verdict.NOT_EVALUABLE else ""
    text = _sentence(doubt + sarif_text(first.message, links=bool(others)))
    columns = [places.column(other.location) for other in others[:SHOWN_LOCATIONS]]
    links = ", ".join(f"[column {column}]({number})" for number, column in enumerate(columns, start=1))
    return f"{text} Also on this line: {links}." if links else text


def _note(hop: Hop) -> str:
    gate = f" [{hop.verdict.of_gate}]" if hop.verdict else ""
    return f"{hop.kind.value}: {hop.note}{gate}"


def _code_flow(trace: Trace, places: _Places) -> dict[str, Any]:
    steps = [{"location": places.location(hop.location, _note(hop))} for hop in trace.hops]
    return {"threadFlows": [{"locations": steps}]}


# What was not seen, and what is not shown.


def _problem(problem: Problem, places: _Places) -> dict[str, Any]:
    """A notification; a file outside the repository, such as one of settings, is named in its text."""
    path = problem.location.path
    inside = path != "" and not path.startswith("/")
    text = problem.message if inside else f"{path}: {problem.message}"
    notification: dict[str, Any] = {
        "level": "error" if problem.stage in _WHOLE_FILE else "warning",
        "message": {"text": _sentence(f"{problem.stage.value}: {sarif_text(text)}")},
        "descriptor": {"id": problem.stage.value},
    }
    if inside:
        notification["locations"] = [places.location(problem.location)]
    return notification


def _cuts(alerts: list[_Alert]) -> Iterator[tuple[str, str]]:
    """What GitHub's limits keep from being shown, each with a level."""
    total = len(alerts)
    if total > MAX_RESULTS:
        yield "warning", f"{total - MAX_RESULTS} of {total} results are left out, the least severe ones."
    if total > SHOWN_RESULTS:
        yield "note", f"Of {total} results code scanning shows the {SHOWN_RESULTS} most severe."
    if cut := sum(alert.is_cut for alert in alerts[:MAX_RESULTS]):
        yield "note", f"Results whose paths or related locations are cut: {cut}."


# Places.


class _Places:
    """Locations in SARIF's terms. What is worked out for a file or a line is kept."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._hashes: dict[str, tuple[str, ...]] = {}
        self._lines: dict[tuple[str, int], _Line] = {}

    def location(self, location: Location, text: str | None = None) -> dict[str, Any]:
        """A SARIF `location`, with a message if there is `text`."""
        place: dict[str, Any] = {
            "physicalLocation": {
                "artifactLocation": {"uri": uri(location.path), "uriBaseId": _ROOT},
                "region": self._region(location),
            }
        }
        if text is not None:
            place["message"] = {"text": sarif_text(text)}
        return place

    def _region(self, location: Location) -> dict[str, int]:
        """The first line of the span: code scanning annotates only where all lines are in the change."""
        start, end = location.span.start, location.span.end
        line = self._line(location)
        first = line.utf16(start.column)
        last = line.utf16(end.column) if start.line == end.line and start < end else line.end
        return {
            "startLine": start.line,
            "startColumn": first,
            "endLine": start.line,
            "endColumn": max(first, last),
        }

    def column(self, location: Location) -> int:
        """The start's column in UTF-16 units."""
        return self._line(location).utf16(location.span.start.column)

    def line_hash(self, finding: Finding) -> str:
        """What `primaryLocationLineHash` is, or the fingerprint where there is no such line."""
        path, number = finding.location.path, finding.location.span.start.line
        if path not in self._hashes:
            source = self._sources.get(path)
            self._hashes[path] = line_hashes("\ufeff" * source.bom + source.text) if source else ()
        hashes = self._hashes[path]
        return hashes[number - 1] if number <= len(hashes) else finding.fingerprint

    def _line(self, location: Location) -> _Line:
        key = location.path, location.span.start.line
        if key not in self._lines:
            source = self._sources.get(location.path)
            self._lines[key] = _Line.of(source.line(location.span.start.line) if source else "")
        return self._lines[key]


@dataclass(frozen=True, slots=True)
class _Line:
    """What columns need to know of a line: which of them take two UTF-16 units, and the column of its end."""

    pairs: tuple[int, ...]
    end: int

    @classmethod
    def of(cls, text: str) -> _Line:
        pairs = () if text.isascii() else tuple(at for at, char in enumerate(text, 1) if char > "\uffff")
        return cls(pairs, len(text) + len(pairs) + 1)

    def utf16(self, column: int) -> int:
        """`column`, which counts code points, in UTF-16 units."""
        return column + bisect_left(self.pairs, column)
