"""Uploads results to GitHub code scanning, and waits until it has processed them.

Source: GitHub REST reference, "Upload an analysis as SARIF data" and "Get information about a SARIF
upload"; docs.github.com, "SARIF support for code scanning" (read 2026-11). GitHub takes 1,000 uploads an
hour; the client waits for that.
"""

from __future__ import annotations

import base64
import gzip
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from itertools import islice
from urllib.parse import quote

from auditor.github.api.client import Failed, GitHub, Refused
from auditor.github.api.response import optional, texts
from auditor.github.code_scanning.analysis import Analysis, Target

MAX_BYTES = 10_000_000
"""Bytes of a compressed file that GitHub takes."""

NEEDS = "Code scanning alerts: write"
"""The permission of a fine-grained token or app."""

_ALSO = "in a workflow `security-events: write`, of a classic token the scope `security_events`"

_PAUSES = (5.0, 10.0, 20.0, 40.0, 80.0)
"""Seconds before each look at how far GitHub is."""
_AT_ONCE = 50
"""Uploads that are waited for together."""
_SHOWN_ERRORS = 3
_NOT_ENABLED = ("must be enabled", "not enabled", "advanced security", "code security")


class UploadOutcome(Enum):
    """How it ended for one repository."""

    UPLOADED = "uploaded"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An analysis and where it belongs. `known` is the digest of the last one that was uploaded there, for
    the same category and ref; `started` is when the analysis began."""

    target: Target
    analysis: Analysis
    known: str = ""
    started: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What became of a delivery. `id` is the upload's; `reason` is of what is skipped or failed.

    The digest of one that is uploaded is the next one's `known`.
    """

    target: Target
    category: str
    digest: str
    ending: UploadOutcome
    reason: str = ""
    id: str = ""


def deliver(
    github: GitHub,
    deliveries: Iterable[Delivery],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Delivered]:
    """Uploads each, and yields what became of it, in another order. One that fails doesn't stop the others.

    An analysis without results is uploaded, too: it closes alerts. One that shows what the last one did is
    not. Raises `GitHubError` where GitHub doesn't answer at all, or doesn't take the token.
    """
    waiting = iter(deliveries)
    while batch := list(islice(waiting, _AT_ONCE)):
        sent = []
        for each in batch:
            delivered = _send(github, each)
            if delivered.ending is UploadOutcome.UPLOADED:
                sent.append(delivered)
            else:
                yield delivered
        yield from _awaited(github, sent, sleep)


def _send(github: GitHub, delivery: Delivery) -> Delivered:
    """What became of it so far: uploaded is one whose processing is to be awaited."""
    target, analysis = delivery.target, delivery.analysis

    def ended(ending: UploadOutcome, reason: str = "", id: str = "") -> Delivered:
        return Delivered(
            target=target,
            category=analysis.category,
            digest=analysis.digest,
            ending=ending,
            reason=reason,
            id=id,
        )

    if fault := target.fault:
        return ended(UploadOutcome.FAILED, fault)
    if analysis.digest == delivery.known:
        return ended(UploadOutcome.UNCHANGED)
    packed = gzip.compress(analysis.text.encode(), mtime=0)
    if len(packed) > MAX_BYTES:
        return ended(UploadOutcome.FAILED, f"GitHub takes {MAX_BYTES:,} bytes, and these are {len(packed):,}")
    body = {
        "commit_sha": target.commit,
        "ref": target.ref,
        "sarif": base64.b64encode(packed).decode(),
        "tool_name": "ci-audit",
    }
    if delivery.started is not None:
        body["started_at"] = delivery.started.isoformat()
    try:
        id = optional(github.post(_path(target), body), "id", str) or ""
    except Refused as refused:
        return ended(*_refusal(refused))
    except Failed as failed:
        return ended(UploadOutcome.FAILED, str(failed))
    if not re.fullmatch(r"[\w-]{1,100}", id, re.ASCII):
        return ended(UploadOutcome.FAILED, "GitHub's answer names no upload")
    return ended(UploadOutcome.UPLOADED, id=id)


def _path(target: Target) -> str:
    return f"/repos/{quote(target.repository)}/code-scanning/sarifs"


def _refusal(refused: Refused) -> tuple[UploadOutcome, str]:
    if refused.status == 403 and "archived" in refused.said:
        return UploadOutcome.SKIPPED, "it is archived"
    if refused.status == 403 and any(words in refused.said for words in _NOT_ENABLED):
        return UploadOutcome.SKIPPED, "code scanning is not enabled"
    if refused.status in (403, 404):
        return UploadOutcome.SKIPPED, f"the token or app needs {NEEDS} ({_ALSO})"
    return UploadOutcome.FAILED, str(refused)


def _awaited(github: GitHub, sent: list[Delivered], sleep: Callable[[float], None]) -> Iterator[Delivered]:
    """Each of the sent ones, once GitHub has processed it or too much time went by."""
    for pause in _PAUSES:
        if not sent:
            return
        sleep(pause)
        pending = []
        for each in sent:
            processed = _processed(github, each)
            if processed is None:
                pending.append(each)
            else:
                yield processed
        sent = pending
    for each in sent:
        yield _failed(each, f"GitHub hasn't processed it after {sum(_PAUSES):.0f} s")


def _processed(github: GitHub, sent: Delivered) -> Delivered | None:
    """What GitHub made of it; None where it isn't done, or doesn't say."""
    try:
        answer = github.get(f"{_path(sent.target)}/{sent.id}")
        status = optional(answer, "processing_status", str)
        errors = texts(answer, "errors")
    except Refused as refused:
        # Right after an upload it may not be found yet.
        return None if refused.status == 404 else _failed(sent, f"what became of it isn't shown: {refused}")
    except Failed:
        return None
    if status == "failed":
        more = len(errors) - _SHOWN_ERRORS
        reasons = "; ".join(error[:500] for error in errors[:_SHOWN_ERRORS]) or "without a reason"
        return _failed(
            sent, f"GitHub can't process it: {reasons}" + (f"; and {more} more" if more > 0 else "")
        )
    return sent if status == "complete" else None


def _failed(sent: Delivered, reason: str) -> Delivered:
    return replace(sent, ending=UploadOutcome.FAILED, reason=reason)
