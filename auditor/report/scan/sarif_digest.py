"""What of a SARIF file code scanning shows, as one digest: equal files needn't be sent again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_RESULT = ("ruleId", "level", "message", "locations", "codeFlows", "relatedLocations")
_RULE = ("id", "name", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties")


def shown_digest(run: Mapping[str, Any]) -> str:
    """A digest of a run of ours, which changes only where something that code scanning shows does.

    Neither the tool's version, nor the commit, nor notifications, nor the order of results, nor a rule
    without results is shown. Source: docs.github.com, "SARIF support for code scanning" (read 2026-11).
    """
    results = sorted(json.dumps(_result(result), sort_keys=True) for result in run["results"])
    named = {result["ruleId"] for result in run["results"]}
    rules = [
        {name: rule.get(name) for name in _RULE}
        for rule in run["tool"]["driver"]["rules"]
        if rule["id"] in named
    ]
    rules.sort(key=lambda rule: str(rule["id"]))
    shown = {"category": run["automationDetails"]["id"], "rules": rules, "results": results}
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


def _result(result: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: result.get(name) for name in _RESULT}
    return {**shown, "hash": result["partialFingerprints"]["primaryLocationLineHash"]}
