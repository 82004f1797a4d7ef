"""What GitHub code scanning refuses, drops or misreads, and no validator of SARIF reports."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

LEVELS = ["error", "warning", "note"]
_LINK = re.compile(r"(?<!\\)\[(?:[^\\\[\]]|\\.)*\]\(([^)]*)\)")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_RELATIVE_URI = re.compile(r"(?!/)([A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+")


def faults(text: str) -> list[str]:
    """What is wrong with a SARIF file, a sentence each."""
    log = json.loads(text)
    runs = log["runs"]
    if len(runs) != 1:
        return ["there must be one run"]
    return [*_file(text, log), *_run(runs[0]), *_rules(runs[0]), *_results(runs[0])]


def _file(text: str, log: dict[str, Any]) -> Iterator[str]:
    if not text.isascii():
        yield "the file is not ASCII"
    if len(gzip.compress(text.encode(), 1)) > 10_000_000:
        yield "the file is too big"
    if log["version"] != "2.1.0" or not log["$schema"].startswith("https://"):
        yield "version or schema is wrong"


def _run(run: dict[str, Any]) -> Iterator[str]:
    if not re.fullmatch(r"[^/]+/[^/]+/", run["automationDetails"]["id"]):
        yield "the category must end in one slash"
    if run["columnKind"] != "utf16CodeUnits":
        yield "columns must be UTF-16"
    invocation = run["invocations"][0]
    if invocation["executionSuccessful"] is not True:
        yield "code scanning drops the results of an unsuccessful run"
    for notification in invocation["toolExecutionNotifications"]:
        if notification["level"] not in LEVELS:
            yield "a notification has no level"
        yield from _text(notification["message"]["text"], set())
        for location in notification.get("locations", []):
            yield from _location(location, set())


def _rules(run: dict[str, Any]) -> Iterator[str]:
    rules = run["tool"]["driver"]["rules"]
    if len({rule["id"] for rule in rules}) != len(rules):
        yield "two rules have one id"
    for rule in rules:
        yield from (f"{rule['id']}: {fault}" for fault in _rule(rule))


def _rule(rule: dict[str, Any]) -> Iterator[str]:
    if not re.fullmatch(r"([A-Z][A-Za-z0-9]*){2,}", rule["name"]) or len(rule["name"]) > 255:
        yield "the name is not in Pascal case"
    for part in ("shortDescription", "fullDescription"):
        if not re.fullmatch(r".{1,1023}\.", rule[part]["text"], re.DOTALL):
            yield f"{part} is no sentence of 1024 characters at most"
    if not rule["help"]["text"].strip() or not rule["help"]["markdown"].strip():
        yield "help is missing"
    if rule["defaultConfiguration"]["level"] not in LEVELS:
        yield "the level is wrong"
    yield from _properties(rule["properties"])


def _properties(properties: dict[str, Any]) -> Iterator[str]:
    if len(properties["tags"]) > 10 or len(set(properties["tags"])) != len(properties["tags"]):
        yield "too many tags, or one twice"
    if properties["precision"] not in ("very-high", "high", "medium", "low"):
        yield "the precision is wrong"
    if properties["problem.severity"] not in ("error", "warning", "recommendation"):
        yield "problem.severity is wrong"
    if "security-severity" in properties:
        severity = properties["security-severity"]
        if not (isinstance(severity, str) and re.fullmatch(r"\d+\.\d", severity)):
            yield "security-severity is no number in a string"
        elif not 0.1 <= float(severity) <= 10.0 or severity == "9.0":
            yield "security-severity has no class"


def _results(run: dict[str, Any]) -> Iterator[str]:
    results, rules = run["results"], run["tool"]["driver"]["rules"]
    if len(results) > 25_000:
        yield "too many results"
    levels = [LEVELS.index(result["level"]) for result in results]
    if levels != sorted(levels):
        yield "the worst results don't come first"
    if any(rules[result["ruleIndex"]]["id"] != result["ruleId"] for result in results):
        yield "ruleIndex and ruleId differ"
    if any(count > 1 for count in Counter(map(_identity, results)).values()):
        yield "two results would be one alert"
    for result in results:
        yield from _result(result)


def _identity(result: dict[str, Any]) -> tuple[str, str, str]:
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    return result["ruleId"], uri, result["partialFingerprints"].get("primaryLocationLineHash", "")


def _result(result: dict[str, Any]) -> Iterator[str]:
    if ignored := {"suppressions", "baselineState", "kind", "fixes"} & set(result):
        yield f"code scanning ignores {', '.join(ignored)} and opens an alert"
    if not result["partialFingerprints"].get("primaryLocationLineHash"):
        yield "there is no primaryLocationLineHash"
    region = result["locations"][0]["physicalLocation"]["region"]
    if region["startLine"] != region["endLine"]:
        yield "the primary region has more than one line"
    related = result.get("relatedLocations", [])
    ids = {location["id"] for location in related}
    if len(related) > 100 or len(ids) != len(related):
        yield "too many related locations, or an id twice"
    yield from _text(result["message"]["text"], ids)
    flows = [flow["locations"] for code in result.get("codeFlows", []) for flow in code["threadFlows"]]
    if not all(flows) or sum(map(len, flows)) > 1_000:
        yield "a path is empty, or the paths are too long"
    for location in [*result["locations"], *related, *(step["location"] for flow in flows for step in flow)]:
        yield from _location(location, ids)


def _location(location: dict[str, Any], ids: set[int]) -> Iterator[str]:
    artifact = location["physicalLocation"]["artifactLocation"]
    if not _RELATIVE_URI.fullmatch(artifact["uri"]) or artifact["uriBaseId"] != "%SRCROOT%":
        yield f"no relative URI: {artifact['uri']}"
    region = location["physicalLocation"]["region"]
    start, end = (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
    if min(*start, *end) < 1 or end < start:
        yield "the region is no region"
    if "message" in location:
        yield from _text(location["message"]["text"], ids)


def _text(text: str, ids: set[int]) -> Iterator[str]:
    if not text.strip():
        yield "a message is empty"
    if _UNSEEN.search(text):
        yield f"a message has unseen characters: {text!r}"
    for target in _LINK.findall(text):
        if not (target.isdecimal() and int(target) in ids):
            yield f"a message links to nothing: {text!r}"
