"""Code scanning's uploads. Source: GitHub's OpenAPI description, `code-scanning/upload-sarif` (2026-11)."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fake_github.exchange import Response, refusal

if TYPE_CHECKING:
    from fake_github.state.world import Repository

_FIELDS = {"commit_sha", "ref", "sarif", "checkout_uri", "started_at", "tool_name", "validate"}


@dataclass
class Upload:
    """One upload, and what becomes of it: `pending` answers first, then complete, or failed with `errors`."""

    repository: str
    commit: str
    ref: str
    sarif: Mapping[str, Any]
    pending: int = 0
    errors: list[str] = field(default_factory=list)


class Uploads:
    """All uploads, by id. `pending` and `errors` are for those that come next; errors by repository.

    `largest` is how many bytes of a compressed file are taken.
    """

    def __init__(self) -> None:
        self.taken: dict[str, Upload] = {}
        self.pending = 0
        self.largest = 10_000_000
        self.errors: dict[str, list[str]] = {}

    def of(self, full_name: str) -> list[Upload]:
        """The uploads to one repository, in their order."""
        return [upload for upload in self.taken.values() if upload.repository == full_name]

    def take(self, repository: Repository, body: Any, url: str) -> Response:
        """Takes an upload, or says why not."""
        if not repository.has_code_scanning:
            return refusal(
                403,
                "Code Security must be enabled for this repository to use code scanning.",
            )
        fault = _fault(body)
        if fault:
            return refusal(400, fault)
        try:
            packed = base64.b64decode(body["sarif"], validate=True)
            if len(packed) > self.largest:
                return refusal(413, "Payload Too Large")
            sarif = json.loads(gzip.decompress(packed))
        except (binascii.Error, OSError, EOFError, zlib.error, ValueError):
            return refusal(400, "The SARIF is not gzip, in base64, of JSON")
        if not isinstance(sarif, dict) or not isinstance(sarif.get("runs"), list):
            return refusal(400, "Invalid SARIF. Missing 'runs'")
        id = f"{len(self.taken):08x}-0000-4000-8000-000000000000"
        errors = self.errors.get(repository.full_name, [])
        name = repository.full_name
        self.taken[id] = Upload(name, body["commit_sha"], body["ref"], sarif, self.pending, errors)
        return Response.of({"id": id, "url": f"{url}/{id}"}, 202)

    def status(self, repository: Repository, id: str) -> Response:
        """How an upload stands."""
        upload = self.taken.get(id)
        if upload is None or upload.repository != repository.full_name:
            return refusal(404, "Not Found")
        if upload.pending:
            upload.pending -= 1
            return Response.of({"processing_status": "pending"})
        if upload.errors:
            return Response.of({"processing_status": "failed", "errors": upload.errors})
        return Response.of({"processing_status": "complete", "analyses_url": "https://api.github.com/x"})


def _fault(body: Any) -> str:
    if not isinstance(body, dict) or not all(isinstance(body.get(key), str) for key in ("ref", "sarif")):
        return "Invalid request."
    if set(body) - _FIELDS:
        return f"Invalid request. {sorted(set(body) - _FIELDS)} aren't permitted keys."
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", str(body.get("commit_sha"))):
        return "Invalid request. commit_sha doesn't look like a commit"
    if not re.match(r"refs/(heads|tags|pull)/", body["ref"]):
        return "Invalid request. ref must be a full one"
    return ""
