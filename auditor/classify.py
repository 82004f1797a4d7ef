"""What a file is to the audit: by its path where that is enough, else by what it holds."""

from __future__ import annotations

import re

from auditor.report.document import Kind

WORKFLOWS = ".github/workflows"
TERRAFORM = (".tf", ".tf.json")
_YAML = (".yml", ".yaml")
SEARCHED = (".json", ".tf", ".template", *_YAML)
"""The files that are opened to look for a trust policy."""
WANTED = (*SEARCHED, ".toml", ".rules", ".lock")
"""How the names of all files end that can be of a kind."""

_AGENT_CONFIG = re.compile(r"(?:.*/)?\.codex/(?:config\.toml|hooks\.json|rules/[^/]+\.rules)", re.DOTALL)
_RUNS = re.compile(r"^(?:runs|\"runs\"|'runs')\s*:", re.MULTILINE)
_JOBS = re.compile(r"^(?:jobs|on|\"jobs\"|\"on\"|'jobs'|'on')\s*:", re.MULTILINE)
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def kind_of_path(path: str) -> Kind | None:
    """What a file is by its path from the root; None for what only its content can say.

    GitHub reads no workflow from a folder below `.github/workflows`.
    """
    folder, _, name = path.rpartition("/")
    if folder == WORKFLOWS and name.endswith(_YAML):
        return Kind.WORKFLOW
    if folder == WORKFLOWS and name == "actions.lock":
        return Kind.LOCKFILE
    if name in ("action.yml", "action.yaml"):
        return Kind.ACTION
    return Kind.AGENT_CONFIG if _AGENT_CONFIG.fullmatch(path) else None


def kind_of_content(path: str, data: bytes) -> Kind:
    """What a file is that was named, or came from standard input, wherever it lies."""
    text = data.decode("utf-8-sig", "replace")
    if text.lstrip().startswith("{") or path.endswith(".json"):
        keys = {'"Statement"': Kind.TRUST_POLICY, '"jobs"': Kind.WORKFLOW, '"runs"': Kind.ACTION}
        return next((kind for key, kind in keys.items() if key in text), Kind.TRUST_POLICY)
    if _JOBS.search(text):
        return Kind.WORKFLOW
    if _RUNS.search(text):
        return Kind.ACTION
    return Kind.TRUST_POLICY if may_hold_trust_policy(data) else Kind.WORKFLOW


def may_hold_trust_policy(data: bytes) -> bool:
    """Whether a policy for web identities may be in here.

    IAM takes wildcards in actions (`sts:*`), so a federated principal of GitHub's issuer is enough.
    """
    if data.startswith(_UTF_16_MARKS):
        data = data.replace(b"\0", b"")
    text = data.lower()
    if b"assumerolewithwebidentity" in text:
        return True
    return b"federated" in text and (b"token.actions." in text or b"/_services/token" in text)
