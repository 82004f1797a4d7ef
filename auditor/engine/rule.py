"""What a rule is: a function over one part of the repository, its metadata, and its documentation."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from auditor.errors import RuleSetError
from auditor.facts import Facts
from auditor.finding import Hit, Severity

T = TypeVar("T")

SECTIONS = ("Why it matters", "How to fix", "Bad", "Good", "What this rule cannot see", "References")
"""The headings that a rule's docstring has, in this order."""

BOUNDARIES = ("permissions", "oidc", "self-hosted", "secrets", "merge-queue", "release", "agents", "code")
"""What a rule guards, as the README lists it; `code` is whose code runs at all."""

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_SENTENCE = re.compile(r"[^.]*(?:\.(?! [A-Z`\"]|$)[^.]*)*\.?")
_ADDRESS = re.compile(r"https://[^\s<>()]+")
_FENCE = re.compile(r"^```(\S*)[ \t]*(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """A fenced block of a rule's documentation: a file's text and, where the fence names it, its path."""

    language: str
    path: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Doc:
    """A rule's docstring, taken apart. It feeds `explain`, SARIF's help, reports, the README and tests."""

    summary: str
    sections: dict[str, str]

    @property
    def markdown(self) -> str:
        """The sections as Markdown, without the summary."""
        return "\n\n".join(f"## {name}\n\n{text}" for name, text in self.sections.items())

    @property
    def fix(self) -> str:
        """What to do, in one line: the first sentence of how to fix it."""
        found = _SENTENCE.match(" ".join(self.sections.get("How to fix", "").split()))
        return found[0] if found else ""

    @property
    def reference(self) -> str | None:
        """The address of the first reference."""
        found = _ADDRESS.search(self.sections.get("References", ""))
        return found[0] if found else None

    def examples(self, section: str) -> tuple[Example, ...]:
        """The fenced blocks of one section."""
        found = _FENCE.findall(self.sections.get(section, ""))
        return tuple(Example(language, path or None, text) for language, path, text in found)


@dataclass(frozen=True, slots=True)
class Rule(Generic[T]):
    """One rule of the policy. `check` yields its hits for one `reads`; it keeps no state."""

    id: str
    title: str
    severity: Severity
    reads: type[T]
    check: Callable[[T, Facts], Iterator[Hit]]
    cwe: int
    owasp: str
    boundary: str
    since: str
    doc: Doc
    module: str


def rule(
    reads: type[T],
    *,
    id: str,
    title: str,
    severity: Severity,
    cwe: int,
    owasp: str,
    boundary: str,
    since: str,
) -> Callable[[Callable[[T, Facts], Iterator[Hit]]], Rule[T]]:
    """Make a rule of a function. Its documentation is the docstring of the module that it stands in.

    `severity` is the worst case; a hit may lower it. `cwe` is a CWE number, `owasp` an id of OWASP's
    top ten CI/CD risks, `boundary` one of `BOUNDARIES`, `since` the version that introduced the rule.
    Raises `RuleSetError` where the metadata can't be right.
    """

    def made(check: Callable[[T, Facts], Iterator[Hit]]) -> Rule[T]:
        if not _ID.fullmatch(id):
            raise RuleSetError(f"`{id}` is no rule id", help="An id is words of kebab-case: `secret-in-log`.")
        if not re.fullmatch(r"CICD-SEC-([1-9]|10)", owasp):
            raise RuleSetError(
                f"`{owasp}` is no OWASP CI/CD risk", help="They are CICD-SEC-1 to CICD-SEC-10."
            )
        if boundary not in BOUNDARIES:
            raise RuleSetError(f"`{boundary}` is no boundary", help=f"They are {', '.join(BOUNDARIES)}.")
        module: dict[str, Any] = check.__globals__
        doc = parse_doc(module.get("__doc__") or "", of=id)
        name = str(module["__name__"])
        return Rule(id, title, severity, reads, check, cwe, owasp, boundary, since, doc, name)

    return made


def parse_doc(text: str, *, of: str) -> Doc:
    """The documentation in a rule's docstring. Raises `RuleSetError` unless it has `SECTIONS` in order."""
    summary, *rest = _HEADING.split(text)
    names = tuple(rest[::2])
    if names != SECTIONS or not summary.strip():
        raise RuleSetError(
            f"the documentation of `{of}` is not whole",
            help="A rule's docstring is one sentence, then the headings "
            + ", ".join(f"`## {name}`" for name in SECTIONS)
            + ".",
        )
    sections = dict(zip(names, (part.strip() for part in rest[1::2]), strict=True))
    return Doc(" ".join(summary.split()), sections)
