"""What a file is to the audit: by its path where that is enough, else by what it holds."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from auditor.cloud.octo_sts import PATH as STS_POLICY
from auditor.collect.coverage import Kind

WORKFLOWS = ".github/workflows"
ACTION_NAMES = ("action.yml", "action.yaml")
_YAML = (".yml", ".yaml")
_TEMPLATES = (".tftpl", ".tpl")
SEARCHED = (".json", ".template", *_TEMPLATES, *_YAML)
"""The files that are opened to look for a trust policy."""
WANTED = (*SEARCHED, ".tf", ".tfvars", ".toml", ".rules", ".lock")
"""How the names of all files end that can be of a kind."""

_AGENT_CONFIG = re.compile(r"(?:.*/)?\.codex/(?:config\.toml|hooks\.json|rules/[^/]+\.rules)", re.DOTALL)
_RUNS = re.compile(r"^(?:runs|\"runs\"|'runs')\s*:", re.MULTILINE)
_JOBS = re.compile(r"^(?:jobs|on|\"jobs\"|\"on\"|'jobs'|'on')\s*:", re.MULTILINE)
_CONCERNS_TOKENS = (
    b"assumerolewithwebidentity",
    b"openid_connect",
    b"token.actions.",
    b"/_services/token",
    b"google_iam_workload_identity",
    b"google_service_account_iam",
    b"azuread_application_federated",
    b"azuread_application_flexible_federated",
    b"azurerm_federated_identity",
    b"vault_jwt_auth",
    b"_oidc_subject_claim",
)
"""What Terraform that trusts tokens speaks of, in small letters."""
_CALLED = re.compile(rb"source[ \t]*=[ \t]*\"(\.\.?/[^\"\n]*)\"")
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
    if name in ACTION_NAMES:
        return Kind.ACTION
    if STS_POLICY.fullmatch(path):
        return Kind.TRUST_POLICY
    return Kind.AGENT_CONFIG if _AGENT_CONFIG.fullmatch(path) else None


def refused_workflow(path: str) -> str:
    """Why GitHub takes no workflow from a path that looks like one's; empty for every other path."""
    folder, lower = path.rpartition("/")[0], path.lower()
    if kind_of_path(path) or not lower.startswith(f"{WORKFLOWS}/") or not lower.endswith(_YAML):
        return ""
    if not path.startswith(f"{WORKFLOWS}/"):
        return f"GitHub reads workflows in {WORKFLOWS} only, in small letters"
    if folder != WORKFLOWS:
        return f"GitHub reads no workflow in a folder below {WORKFLOWS}"
    return "GitHub reads a workflow only where its name ends in .yml or .yaml, in small letters"


def is_searched(path: str) -> bool:
    """Whether a file of no kind by its path is opened, since it may trust tokens."""
    return is_terraform(path) or path.lower().endswith(SEARCHED)


def kind_of_content(path: str, data: bytes) -> Kind:
    """What a file is that was named, or came from standard input, wherever it lies."""
    text = data.decode("utf-8-sig", "replace")
    if is_terraform(path):
        return Kind.TERRAFORM
    if text.lstrip().startswith("{") or path.endswith(".json"):
        keys = {'"Statement"': Kind.TRUST_POLICY, '"jobs"': Kind.WORKFLOW, '"runs"': Kind.ACTION}
        return next((kind for key, kind in keys.items() if key in text), Kind.TRUST_POLICY)
    if _JOBS.search(text):
        return Kind.WORKFLOW
    if _RUNS.search(text):
        return Kind.ACTION
    return Kind.TRUST_POLICY if may_hold_trust_policy(data) else Kind.WORKFLOW


def may_hold_trust_policy(data: bytes) -> bool:
    """Whether the file may say whom a cloud gives something for a token of GitHub.

    IAM takes wildcards in actions (`sts:*`), so a federated principal of GitHub's issuer is enough. A
    binding of Google's names the pool only, and a role of Vault's no issuer.
    """
    if data.startswith(_UTF_16_MARKS):
        data = data.replace(b"\0", b"")
    text = data.lower()
    if b"assumerolewithwebidentity" in text:
        return True
    if b"principal" in text and b"workloadidentitypools/" in text:
        return True
    if b"user_claim" in text and b"bound_" in text:
        return True
    names_issuer = b"token.actions." in text or b"/_services/token" in text
    return names_issuer and any(word in text for word in (b"federated", b"issueruri", b"audiences"))


def is_terraform(path: str) -> bool:
    """Whether Terraform reads the file: its own, and those variables that nobody has to name."""
    name = path.rpartition("/")[2]
    return name.endswith((".tf", ".auto.tfvars")) or name == "terraform.tfvars"


def is_template(path: str) -> bool:
    """Whether Terraform's `templatefile` may read it."""
    return path.lower().endswith(_TEMPLATES)


def relevant_terraform(files: Mapping[str, bytes]) -> set[str]:
    """The files that may decide whom a cloud trusts, of those by path.

    They lie in folders that speak of tokens, in those that call these as modules, and in those that
    these call.
    """
    folders: dict[str, list[str]] = {}
    for path in files:
        folders.setdefault(path.rpartition("/")[0], []).append(path)
    calls = {folder: {*_calls(folder, (files[path] for path in paths))} for folder, paths in folders.items()}
    callers: dict[str, set[str]] = {}
    for folder, called in calls.items():
        for each in called:
            callers.setdefault(each, set()).add(folder)
    speaking = {
        folder for folder, paths in folders.items() if any(_concerns_tokens(files[path]) for path in paths)
    }
    relevant = _reached(speaking, callers) | _reached(speaking, calls)
    return {path for folder, paths in folders.items() if folder in relevant for path in paths}


def _concerns_tokens(data: bytes) -> bool:
    text = data.lower()
    return any(mark in text for mark in _CONCERNS_TOKENS)


def _calls(folder: str, texts: Iterable[bytes]) -> Iterable[str]:
    for text in texts:
        for match in _CALLED.finditer(text):
            path = posixpath.normpath(posixpath.join(folder, match[1].decode("utf-8", "replace")))
            yield "" if path == "." else path


def _reached(start: set[str], ways: Mapping[str, set[str]]) -> set[str]:
    found, todo = set(start), list(start)
    while todo:
        following = ways.get(todo.pop(), set()) - found
        found |= following
        todo.extend(following)
    return found
