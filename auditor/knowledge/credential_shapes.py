"""What credentials look like that a service hands out, so that one written into a file is known as one.

Source: each service's documentation of its tokens, as known in 2026-11; GitHub's "Supported secret scanning
patterns".
"""

from __future__ import annotations

import re

SHAPES: dict[str, str] = {
    "an access key of AWS": r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b",
    "a token of GitHub": r"\bgh[pousr]_[A-Za-z0-9]{36,251}\b|\bgithub_pat_[A-Za-z0-9_]{60,251}\b",
    "a token of GitLab": r"\bglpat-[\w-]{20,64}\b",
    "a token of Slack": r"\bxox[abeoprs]-[0-9A-Za-z-]{20,200}\b",
    "a webhook of Slack": r"https://hooks\.slack\.com/services/T[A-Z0-9]{6,14}/B[A-Z0-9]{6,14}/[A-Za-z0-9]{20,40}",
    "a token of npm": r"\bnpm_[A-Za-z0-9]{36}\b",
    "a token of PyPI": r"\bpypi-[A-Za-z0-9_-]{80,300}\b",
    "a token of Hugging Face": r"\bhf_[A-Za-z]{34}\b",
    "a key of OpenAI": r"\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{40,200}\b",
    "a key of Anthropic": r"\bsk-ant-[A-Za-z0-9_-]{40,200}\b",
    "a key of Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "a key of Stripe": r"\b[rs]k_live_[0-9A-Za-z]{20,200}\b",
    "a token of Docker Hub": r"\bdckr_pat_[A-Za-z0-9_-]{27}\b",
    "a token of DigitalOcean": r"\bdop_v1_[a-f0-9]{64}\b",
    "a token of RubyGems": r"\brubygems_[a-f0-9]{48}\b",
    "a token of crates.io": r"\bcio[A-Za-z0-9]{32}\b",
    "a key of SendGrid": r"\bSG\.[\w-]{22}\.[\w-]{43}\b",
    "a private key": r"-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY-----",
    "a JSON Web Token": r"\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,2000}\.[A-Za-z0-9_-]{20,600}\b",
}
"""By what it is, the pattern."""

_ANY = re.compile("|".join(f"(?P<s{index}>{shape})" for index, shape in enumerate(SHAPES.values())))
_NAMES = tuple(SHAPES)
_EXAMPLES = re.compile(r"(?i)EXAMPLE$|x{8}|0{10}|1234567890|abcdef0123")

THROWN_AWAY = frozenset(
    (
        "admin",
        "changeme",
        "ci",
        "example",
        "mysql",
        "pass",
        "passwd",
        "password",
        "postgres",
        "root",
        "secret",
        "test",
    )
)
"""Passwords of databases that live as long as a job: they open nothing outside of it."""


def shapes_in(text: str) -> list[tuple[int, int, str]]:
    """Where credentials stand in a text, and what each is. Those of documentation are left out, but for AWS's
    own example: a pair of it and a key is a pair still.
    """
    found = []
    for match in _ANY.finditer(text):
        kind = match.lastgroup or "s0"
        name = _NAMES[int(kind[1:])]
        if not _EXAMPLES.search(match[0]):
            found.append((match.start(), match.end(), name))
    return found


def hidden(text: str) -> str:
    """The text with stars for the credentials in it."""
    return _ANY.sub(lambda match: "*" * len(match[0]), text)
