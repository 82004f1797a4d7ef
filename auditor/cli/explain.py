"""`ci-audit explain`: what a rule is about."""

from __future__ import annotations

from typing import Annotated

import typer


def explain(rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id.")]) -> None:
    """Say what a rule is about: why it matters, bad and good, and what it can't see."""
    from auditor.engine import registry

    found = registry.find(rule)
    print(f"{found.id}: {found.title}")
    print(f"severity {found.severity}, CWE-{found.cwe}, {found.owasp}, since {found.since}\n")
    print(f"{found.doc.summary}\n\n{found.doc.markdown}")
