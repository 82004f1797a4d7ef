"""`permissions:`: what the job's `GITHUB_TOKEN` may do, as it is declared."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from auditor.finding import Location
from auditor.knowledge.platform.scopes import ONLY_READ, SCOPES
from auditor.languages.yaml import Mapping, Node, Pair, Scalar
from auditor.model.reader import MappingReader, short


class Level(IntEnum):
    """A scope's level. Ordered: `write` includes `read`."""

    NONE = 0
    READ = 1
    WRITE = 2

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True, eq=False)
class Grant:
    """One line of a permissions map."""

    scope: str
    level: Level
    key: Scalar
    value: Scalar

    @property
    def location(self) -> Location:
        """From the scope's name to its level."""
        source = self.key.source
        return Location(source.path, source.span(self.key.start, max(self.key.end, self.value.end)))


@dataclass(frozen=True, slots=True, eq=False)
class Permissions:
    """A declared `permissions:`. `blanket` is the level of `read-all` and `write-all`, else None.

    `key` is where the word `permissions` stands.
    """

    key: Scalar
    node: Node
    blanket: Level | None
    grants: tuple[Grant, ...]

    @property
    def location(self) -> Location:
        """Where a finding about the whole declaration stands."""
        return self.node.location if isinstance(self.node, Scalar) and self.node.value else self.key.location

    def level(self, scope: str) -> Level:
        """What is declared for `scope`. A scope that a map doesn't name has none."""
        if self.blanket is not None:
            return self.blanket
        return next((grant.level for grant in self.grants if grant.scope == scope), Level.NONE)

    def written(self) -> tuple[Grant, ...]:
        """The grants of a map that write."""
        return tuple(grant for grant in self.grants if grant.level is Level.WRITE)


MAX_SCOPES = 100
"""Scopes that are read of one map; GitHub has about twenty."""

_LEVELS = {str(level): level for level in Level}
_BLANKETS = {"read-all": Level.READ, "write-all": Level.WRITE}


def read_permissions(mapping: Mapping, reader: MappingReader) -> Permissions | None:
    """The `permissions:` of a workflow or job; None where the key is absent."""
    entry = mapping.entry("permissions")
    if entry is None:
        return None
    node = entry.value
    if isinstance(node, Scalar):
        # What GitHub makes of an empty value is nowhere said. A map with nothing in it is the likeliest.
        if node.is_null:
            found = Permissions(entry.key, node, None, ())
            reader.problem("`permissions` has no value; write `{}` for none", found.location)
            return found
        if node.value in _BLANKETS:
            return Permissions(entry.key, node, _BLANKETS[node.value], ())
        wanted = "read-all, write-all or a mapping"
        reader.problem(f"`permissions` must be {wanted}, not `{short(node.value)}`", node.location)
        return None
    scopes = reader.as_mapping(node, "permissions")
    if scopes is None:
        return None
    if len(scopes) > MAX_SCOPES:
        reader.problem(f"more than {MAX_SCOPES} permissions; the others are not audited", entry.key.location)
    read = (_read_grant(scope, reader) for scope in reader.scalar_entries(scopes)[:MAX_SCOPES])
    return Permissions(entry.key, node, None, tuple(grant for grant in read if grant is not None))


def _read_grant(scope: Pair, reader: MappingReader) -> Grant | None:
    """One line of a map; None where it grants nothing that GitHub knows."""
    key, value = scope.key, scope.value
    assert isinstance(value, Scalar)
    if key.value not in SCOPES:
        reader.problem(f"`{short(key.value)}` is no permission scope", key.location)
        return None
    level = _LEVELS.get(value.value)
    if level is None:
        wanted = "read, write or none"
        reader.problem(f"`{key.value}` must be {wanted}, not `{short(value.value)}`", value.location)
        return None
    return Grant(key.value, min(level, Level.READ) if key.value in ONLY_READ else level, key, value)
