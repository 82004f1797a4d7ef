"""`ci-audit explain`: what a rule is about."""

from __future__ import annotations

from typing import Annotated

import typer

from auditor.cli.output import write


def explain(rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's id.")]) -> None:
    """Say what a rule is about: why it matters, how to fix it, bad and good, and what it can't see."""
    from auditor.engine import registry

    found = registry.find(rule)
    facts = f"severity {found.severity}, CWE-{found.cwe}, {found.owasp}, since {found.since}"
    text = f"{found.id}: {found.title}\n{facts}\n\n{found.doc.summary}\n\n{found.doc.markdown}\n"
    write(text, None)
