"""What the files of one folder declare. Terraform reads them as one module, in the order of their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from auditor.languages.hcl import Attribute, Block, Expression, HclFile

Mode = Literal["resource", "data"]


@dataclass(slots=True)
class Folder:
    """The declarations by name; of one that stands twice, which Terraform refuses, the first counts.

    `given` are the values in `terraform.tfvars` and `*.auto.tfvars`, the last of each name.
    """

    path: str
    variables: dict[str, Block] = field(default_factory=dict)
    locals: dict[str, Attribute] = field(default_factory=dict)
    resources: dict[tuple[Mode, str, str], Block] = field(default_factory=dict)
    calls: dict[str, Block] = field(default_factory=dict)
    outputs: dict[str, Block] = field(default_factory=dict)
    given: dict[str, Expression] = field(default_factory=dict)

    def add(self, block: Block) -> None:
        """Take in one block of a file; kinds that decide no value are left out."""
        if block.kind == "locals":
            for attribute in block.body.attributes:
                self.locals.setdefault(attribute.name, attribute)
        elif block.kind in ("resource", "data") and len(block.labels) == 2:
            mode: Mode = "data" if block.kind == "data" else "resource"
            self.resources.setdefault((mode, *block.labels), block)
        elif len(block.labels) == 1:
            named = {"variable": self.variables, "module": self.calls, "output": self.outputs}
            if block.kind in named:
                named[block.kind].setdefault(block.labels[0], block)


def folder_of(path: str) -> str:
    """The folder that a file lies in; empty for the root."""
    return path.rpartition("/")[0]


def folders_of(files: Iterable[HclFile]) -> dict[str, Folder]:
    """The folders of the files, by path."""
    found: dict[str, Folder] = {}
    for file in sorted(files, key=lambda file: _reading_order(file.source.path)):
        path = folder_of(file.source.path)
        folder = found.setdefault(path, Folder(path))
        if file.source.path.endswith(".tfvars"):
            folder.given.update((each.name, each.value) for each in file.body.attributes)
        else:
            for block in file.body.blocks:
                folder.add(block)
    return found


def _reading_order(path: str) -> tuple[bool, str]:
    return not path.endswith("terraform.tfvars"), path
