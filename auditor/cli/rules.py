"""`ci-audit rules`: lists the rules."""

from __future__ import annotations

from auditor.cli.output import write


def rules() -> None:
    """List the rules."""
    from auditor.engine import registry

    found = registry.load()
    width = max(len(rule.id) for rule in found)
    lines = (f"{rule.id:<{width}}  {rule.severity!s:<8}  {rule.title}\n" for rule in found)
    write("".join(lines), None)
