"""`cache-mode:`: what a run may do with the Actions cache (github.com, since 2026-09-10)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from auditor.finding import Location
from auditor.languages.yaml import Mapping, Scalar
from auditor.model.reader import MappingReader, short


class CacheMode(Enum):
    """What may be done with the cache. The value is as GitHub spells it."""

    READ = "read"
    WRITE = "write"
    WRITE_ONLY = "write-only"
    NONE = "none"

    @property
    def restores(self) -> bool:
        """Whether a run may read caches."""
        return self in (CacheMode.READ, CacheMode.WRITE)

    @property
    def saves(self) -> bool:
        """Whether a run may write caches."""
        return self in (CacheMode.WRITE, CacheMode.WRITE_ONLY)


@dataclass(frozen=True, slots=True, eq=False)
class CacheSetting:
    """A written `cache-mode`. `mode` is None where an expression decides it."""

    key: Scalar
    mode: CacheMode | None

    @property
    def location(self) -> Location:
        """Where the key stands."""
        return self.key.location


def read_cache_mode(mapping: Mapping, reader: MappingReader) -> CacheSetting | None:
    """The `cache-mode` of a workflow or job; None where there is none that GitHub knows."""
    entry = mapping.entry("cache-mode")
    scalar = reader.scalar(mapping, "cache-mode")
    if entry is None or scalar is None:
        return None
    if "${{" in scalar.value:
        return CacheSetting(entry.key, None)
    mode = next((mode for mode in CacheMode if mode.value == scalar.value), None)
    if mode is None:
        wanted = ", ".join(mode.value for mode in CacheMode)
        reader.problem(f"`cache-mode` must be one of {wanted}, not `{short(scalar.value)}`", scalar.location)
        return None
    return CacheSetting(entry.key, mode)
