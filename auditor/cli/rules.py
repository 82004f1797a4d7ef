"""`ci-audit rules`: lists the rules."""

from __future__ import annotations


def rules() -> None:
    """List the rules."""
    from auditor.engine import registry

    found = registry.load()
    width = max(len(rule.id) for rule in found)
    for rule in found:
        print(f"{rule.id:<{width}}  {rule.severity!s:<8}  {rule.title}")
