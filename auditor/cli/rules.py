"""`ci-audit rules`: lists the rules."""

from __future__ import annotations

from typing import Annotated

import typer

from auditor.cli.options import AnswerFormat
from auditor.cli.output import write


def rules(
    format: Annotated[
        AnswerFormat, typer.Option("--format", "-f", help="What to write.")
    ] = AnswerFormat.TEXT,
) -> None:
    """List the rules."""
    from auditor.engine import registry

    found = registry.load()
    if format is AnswerFormat.JSON:
        from auditor.report.escape import dump

        listed = [
            {
                "id": rule.id,
                "title": rule.title,
                "severity": str(rule.severity),
                "boundary": rule.boundary,
                "cwe": rule.cwe,
                "owasp": rule.owasp,
                "since": rule.since,
                "summary": rule.doc.summary,
                "fix": rule.doc.fix,
            }
            for rule in found
        ]
        write(dump(listed), None)
        return
    width = max(len(rule.id) for rule in found)
    lines = (f"{rule.id:<{width}}  {rule.severity!s:<8}  {rule.title}\n" for rule in found)
    write("".join(lines), None)
