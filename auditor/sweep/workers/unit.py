"""One repository's audit as a unit of work: all that it takes goes in, and all that comes of it out.

A worker has neither network nor state. What goes to it and comes back are plain records and bytes, so that
it can be another process, or another machine.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from time import perf_counter
from typing import Any

from auditor.audit.audit import report_on
from auditor.audit.read import Opened, opened
from auditor.collect.collected import CollectedRepository
from auditor.collect.commit import Content, collect_commit
from auditor.collect.local_calls import called_actions
from auditor.engine import registry
from auditor.engine.rule import Rule
from auditor.errors import AuditError
from auditor.model.settings import Settings
from auditor.report.map.document import WORDS
from auditor.report.scan import json as report_json
from auditor.report.scan import sarif
from auditor.settings.snapshot_file import read_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A repository at a commit. `settings` is a snapshot's text; `rules` are ids; `key` names the result.

    `lost` are folders that couldn't be listed, and files that couldn't be had, with the reason. If it
    `may_call_more`, the files that these call elsewhere in the commit are fetched, but not those that
    were `called` before. `is_whole` says that the files are all of the commit that can matter.
    """

    id: int
    key: str
    repository: str
    commit: str
    settings: str
    rules: tuple[str, ...]
    contents: tuple[Content, ...]
    lost: tuple[tuple[str, str], ...] = ()
    called: frozenset[str] = frozenset()
    may_call_more: bool = True
    is_whole: bool = False

    @property
    def size(self) -> int:
        """Bytes of its files."""
        return sum(len(data) for _, data, _ in self.contents if data is not None)


MAX_BYTES = 50_000_000
"""Bytes of one repository's result, before it is packed: a few findings are a few kilobytes."""
MAX_SHOWN = 20
"""Called files that are reported one by one."""
_RESULT, _WANTED, _FAULT = b"R", b"W", b"F"


@dataclass(frozen=True, slots=True)
class Worked:
    """What became of a unit: the result that is stored, or the paths that it needs first, or the fault.

    `seconds` were spent by stage.
    """

    result: bytes | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    wanted: tuple[str, ...] = ()
    fault: str = ""

    @classmethod
    def read(cls, answer: bytes) -> Worked:
        """What a worker's answer says."""
        kind, body = answer[:1], answer[1:]
        if kind == _RESULT:
            head, _, result = body.partition(b"\n")
            return cls(result=result, seconds=json.loads(head))
        if kind == _WANTED:
            return cls(wanted=tuple(json.loads(body)))
        return cls(fault=body.decode())


def audit_unit(unit: Unit) -> bytes:
    """Audits one repository, and gives what `Worked.read` reads. An unusable policy file is a fault."""
    try:
        return _audited(unit)
    except AuditError as error:
        return _FAULT + str(error).encode("utf-8", "backslashreplace")


def _audited(unit: Unit) -> bytes:
    start = perf_counter()
    snapshot = read_settings("settings", unit.settings)
    host = snapshot.host.name if snapshot.host else "github.com"
    collected = _collected(unit, unit.lost, host)
    wanted = set() if unit.is_whole else set(called_actions(collected)) - unit.called
    if wanted and unit.may_call_more:
        return _WANTED + json.dumps(sorted(wanted)).encode()
    if wanted:
        collected = _collected(unit, (*unit.lost, *_too_deep(wanted)), host)
    each = opened(collected, Settings(repository=unit.repository), snapshot)
    read = perf_counter()
    report = report_on(each, _rules(unit.rules))
    powers = _powers(each)
    judged = perf_counter()
    result = {
        "report": report_json.document(report),
        "sarif": sarif.run(report),
        "powers": [[actor, power, jobs] for (actor, power), jobs in sorted(powers.items())],
        "seconds": {"parse": read - start, "rules": judged - read},
    }
    text, spent = json.dumps(result).encode(), json.dumps(result["seconds"]).encode()
    if len(text) > MAX_BYTES:
        return _FAULT + f"what is found is over {MAX_BYTES:,} bytes".encode()
    return _RESULT + spent + b"\n" + zlib.compress(text, 6)


def _collected(unit: Unit, lost: tuple[tuple[str, str], ...], host: str) -> CollectedRepository:
    return collect_commit(
        unit.repository,
        unit.commit,
        unit.contents,
        lost=lost,
        is_partial=not unit.is_whole,
        host=host,
    )


def _too_deep(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What is called and won't be read: each action once, whichever of its two names it has."""
    shown = sorted({path.removesuffix("/action.yaml").removesuffix("/action.yml") for path in paths})
    for path in shown[:MAX_SHOWN]:
        yield path, "it is called by what is called by others, and too deep to be read"
    if shown[MAX_SHOWN:]:
        yield ".", f"{len(shown) - MAX_SHOWN:,} more are called, and too deep to be read"


@cache
def _rules(ids: tuple[str, ...]) -> tuple[Rule[Any], ...]:
    return registry.chosen(ids)


def _powers(each: Opened) -> Counter[tuple[str, str]]:
    """In how many jobs an actor holds a power."""
    counted: Counter[tuple[str, str]] = Counter()
    for boundary in each.facts.boundaries.of_all():
        counted.update({(WORDS[row.actor], kind.value) for row in boundary.rows for kind in row.kinds})
    return counted
