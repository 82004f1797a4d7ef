"""All the Terraform of one repository: its files to folders, its folders to modules at work."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from auditor.cloud.terraform.folder import Folder, folders_of
from auditor.cloud.terraform.limits import ReadingLimits
from auditor.cloud.terraform.module import Module, local_source
from auditor.cloud.terraform.resource import Resource
from auditor.finding import Problem
from auditor.languages.hcl import HclFile, parse
from auditor.source import Source


@dataclass(frozen=True, slots=True)
class Terraform:
    """The modules that no other calls, in the order of their folders, worked out on first use."""

    modules: tuple[Module, ...] = ()
    files: tuple[HclFile, ...] = ()
    limits: ReadingLimits = field(default_factory=ReadingLimits)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong so far."""
        of_files = (problem for file in self.files for problem in file.problems)
        return tuple(dict.fromkeys((*of_files, *self.limits.problems)))

    def resources(self, *types: str) -> Iterator[Resource]:
        """The resources (not data sources) of these types, in the order of folders, files and lines."""
        return (each for module in self.modules for each in module.resources("resource", types.__contains__))

    def resources_like(self, type: re.Pattern[str]) -> Iterator[Resource]:
        """The resources whose type is matched as a whole."""
        return (each for module in self.modules for each in module.resources("resource", type.fullmatch))

    def data(self, *types: str) -> Iterator[Resource]:
        """The data sources of these types."""
        return (each for module in self.modules for each in module.resources("data", types.__contains__))


def read_terraform(sources: Iterable[Source], others: Iterable[Source] = ()) -> Terraform:
    """The resources that Terraform's files declare. `others` are files that `file()` may name.

    Never raises: what is wrong, or takes too long, is a problem with its place.
    """
    files = tuple(parse(source) for source in sources)
    limits = ReadingLimits({source.path: source for source in others})
    folders = folders_of(files)
    modules = tuple(Module(folder, folders, limits) for folder in _roots(folders))
    return Terraform(modules, files, limits)


def _roots(folders: dict[str, Folder]) -> list[Folder]:
    """The folders that no other calls. Of those that call each other in a circle the first is taken."""
    called = {path: set(_called_by(folder)) for path, folder in folders.items()}
    reached: set[str] = set()
    roots = [path for path in folders if not any(path in paths for by, paths in called.items() if by != path)]
    for path in [*roots, *folders]:
        if path not in reached and path not in roots:
            roots.append(path)
        todo = [path]
        while todo:
            here = todo.pop()
            if here not in reached:
                reached.add(here)
                todo.extend(called.get(here, ()))
    return [folders[path] for path in dict.fromkeys(roots)]


def _called_by(folder: Folder) -> Iterator[str]:
    for call in folder.calls.values():
        path = local_source(call, folder.path)
        if path is not None:
            yield path
