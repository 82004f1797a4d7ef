"""Templates of subjects: which claims of a run its `sub` holds, in which order.

Source: GitHub Docs, "OpenID Connect reference" (2026-11): with `include_claim_keys` a subject is `key:value`
for each key in turn; `repo` and `context` stand for the parts of the default subject.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from auditor.trust.automata.language import Both, FieldOf, Language
from auditor.trust.automata.search import Grammar
from auditor.trust.minting.contexts import SubjectContext
from auditor.trust.minting.subject_grammar import PULL_REQUEST, Head, template_subjects

FILES = ("job_workflow_ref", "workflow_ref")
"""Claims that name a workflow's file and the ref that it is read at."""


@dataclass(frozen=True, slots=True)
class ClaimTemplate:
    """The keys of a template; GitHub's own subject is one of them, too."""

    keys: tuple[str, ...] = ("repo", "context")

    def fields(self, kind: str) -> tuple[tuple[int, str], ...]:
        """The claims that subjects of a context's kind hold, each with the number of its field."""
        found = []
        at = 0
        for key in self.keys:
            claim = kind if key == "context" else key
            if claim != PULL_REQUEST:
                found.append((at + 1, claim))
            at += 1 if claim == PULL_REQUEST else 2
        return tuple(found)

    def distinguishes(self, claim: str) -> bool:
        """Whether subjects of runs that differ in `ref` or `environment` differ in it."""
        return any(field == claim for _, field in self.fields(claim))

    def subjects(self, head: Head, bare: Head, context: str) -> Grammar:
        """The subjects of a repository. `head` is how they spell it, `bare` that without ids."""
        return template_subjects(self.keys, head, bare, context)

    def of(self, context: SubjectContext) -> Language | None:
        """Subjects of one context; None where they hold nothing of it."""
        found = self.where(context.kind, context.kind, context.tail)
        return Both(found) if found else None

    def where(self, kind: str, claim: str, values: Language) -> list[Language]:
        """Subjects of a kind of context that hold such a value of a claim, if they hold any."""
        return [FieldOf(at, values) for at, found in self.fields(kind) if found == claim]

    def from_refs(self, kind: str, refs: Language) -> list[Language]:
        """Subjects that name no other ref than these, of the run or of its workflow's file."""
        of_files = (self.where(kind, claim, FieldOf(1, refs, "@")) for claim in FILES)
        return self.where(kind, "ref", refs) + [language for found in of_files for language in found]

    def glob(self, context: SubjectContext, known: Mapping[str, str]) -> str | None:
        """The subject that a policy writes for a context, with `*` for what isn't `known` of the claims."""
        values = {**known, context.kind: context.shown}
        fields: list[str | None] = []
        for key in self.keys:
            claim = context.kind if key == "context" else key
            fields += [claim] if claim == PULL_REQUEST else [claim, values.get(claim, "*")]
        texts = [text for text in fields if text is not None]
        return ":".join(texts) if len(texts) == len(fields) else None


DEFAULT = ClaimTemplate()


def repository_claims(head: str) -> dict[str, str]:
    """What templates hold of a repository, `owner/name` with ids or without."""
    owner, _, name = re.sub(r"@\d+", "", head).partition("/")
    return {"repo": head, "repository": f"{owner}/{name}", "repository_owner": owner}
