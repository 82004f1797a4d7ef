"""Modules of Terraform for tests."""

from collections.abc import Callable

import pytest

from auditor.cloud.terraform import Terraform, read_terraform
from auditor.cloud.values import Choice, Datum, Encoded, Fields, List, Value
from auditor.source import Source

Load = Callable[..., Terraform]
Plain = Callable[[Datum | None], object]


def _load(*others: Source, **files: str) -> Terraform:
    """The Terraform in files named as keywords: `main` for main.tf, `child__main` for child/main.tf."""
    sources = [Source(f"{name.replace('__', '/')}.tf", text) for name, text in files.items()]
    return read_terraform([*sources, *(each for each in others if each.path.endswith("tfvars"))], others)


def _plain(datum: Datum | None) -> object:
    """A datum as strings, lists, dicts, and sets of alternatives."""
    if isinstance(datum, Value):
        if isinstance(datum.hole, Encoded):
            return _plain(datum.hole.datum)
        return f"{datum.shown} if {datum.only_if}" if datum.only_if else datum.shown
    if isinstance(datum, List):
        return [_plain(item) for item in datum.items]
    if isinstance(datum, Fields):
        return {entry.key.shown: _plain(entry.value) for entry in datum.entries}
    if isinstance(datum, Choice):
        return (*(_plain(arm) for arm in datum.arms), datum.decided_by)
    return None


@pytest.fixture(scope="session")
def load() -> Load:
    """The Terraform in some files."""
    return _load


@pytest.fixture(scope="session")
def plain() -> Plain:
    """A datum as Python's own."""
    return _plain


@pytest.fixture(scope="session")
def worked_out() -> Callable[..., object]:
    """What an expression comes to, in a module that holds more blocks."""

    def work_out(expression: str, blocks: str = "") -> object:
        terraform = _load(main=f'resource "a" "b" {{\n  x = {expression}\n}}\n{blocks}')
        (resource,) = terraform.resources("a")
        return _plain(resource.get("x"))

    return work_out
