"""The rows of a sweep's page, packed so that 50,000 findings fit in it and open at once.

What many repositories have alike (a workflow that was copied, and so the same finding) is packed once, as a
shape; a finding is a repository with a shape. What the tables need lies in one block of columns; what only
a detail shows (the path of a finding) in blocks of `ROWS` rows, unpacked when one of them is opened. A
block is JSON, in gzip, in base64. Every text goes through `visible` first, so the page's script has nothing
to escape; what is another text in a link than on the page has its link beside it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auditor.facts.boundary import PowerKind
from auditor.finding import Confidence, HopKind, Severity, Verdict
from auditor.report.escape import uri, visible
from auditor.report.map.document import WORDS
from auditor.report.sweep.document import Outcome, Standing, Sweep, SweptFinding, SweptRepository
from auditor.report.sweep.words import link_path

ROWS = 1000
"""Rows that share a block of details."""

MAX_TEXT = 2000
"""Characters of one text that the page shows. That there is more is said."""

LISTED_PLACES = 20
"""Other places of one finding that the page lists. How many more is said."""

MAX_HOPS = 60
"""Stations of one path, and problems of one repository, that the page shows. How many more is said."""

_VERDICTS = [None, *(each.value for each in Verdict)]
_HOPS = [each.value for each in HopKind]
_FINDING = ("repository", "shape", "standing", "first", "commit")
_SHAPE = ("rule", "severity", "verdict", "confidence", "path", "line", "message", "job")
_DETAIL = ("step", "others", "hops", "more")
_STATION = ("kind", "verdict", "path", "line", "note")


_IDENTITY = (*_SHAPE, "fingerprint", "step", "trace", "other_traces", "places")
_POWERS = [(actor, power.value) for actor in WORDS.values() for power in PowerKind]
_STANDINGS, _OUTCOMES = list(Standing), list(Outcome)


def shown(text: str) -> str:
    """`text` as the page shows it."""
    cut = len(text) - MAX_TEXT
    return visible(text if cut <= 0 else f"{text[:MAX_TEXT]} … and {cut} more characters")


class Texts:
    """Each text once. A text is known by its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.links: dict[int, str] = {}

    def number(self, text: str) -> int:
        """The number of `text`."""
        return self._numbers.setdefault(text, len(self._numbers))

    def linked(self, text: str, link: str) -> int:
        """The number of a text for which `link` stands in links."""
        number = self.number(text)
        if link != text:
            self.links[number] = link
        return number

    def name(self, repository: str) -> int:
        """The number of a repository's name."""
        return self.linked(repository, uri(repository))

    def path(self, path: str) -> int:
        """The number of a path."""
        return self.linked(path, link_path(path))

    def all(self) -> list[str]:
        """Every text as the page shows it, in the order of their numbers."""
        return [shown(text) for text in self._numbers]


class Columns:
    """Rows of whole numbers, kept by column."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._columns = {name: array("l") for name in names}

    def add(self, *row: int) -> None:
        """One row more, a number for each column."""
        for column, value in zip(self._columns.values(), row, strict=True):
            column.append(value)

    def all(self) -> Mapping[str, list[int]]:
        """The columns by name."""
        return {name: column.tolist() for name, column in self._columns.items()}


class Details:
    """What only the details of some shapes show: per shape its step, how many other paths it has, its
    other places, and its path's stations, those of all shapes one after the other."""

    def __init__(self) -> None:
        self.rows = 0
        self._texts = Texts()
        self._places: dict[int, int] = {}
        self._details, self._stations = Columns(_DETAIL), Columns(_STATION)

    def add(self, document: Mapping[str, Any]) -> None:
        """One shape more."""
        number, home, last = self._texts.number, document["path"], 0
        trace = document.get("trace", ())
        others, hops = len(document.get("other_traces", ())), min(len(trace), MAX_HOPS)
        self._details.add(number(document["step"] or ""), others, hops, len(trace) - hops)
        if places := _places(document):
            self._places[self.rows] = number(places)
        for hop in trace[:MAX_HOPS]:
            path = number("") if hop["path"] == home else self._texts.path(hop["path"])
            verdict = _VERDICTS.index(hop.get("verdict"))
            kind, note = _HOPS.index(hop["kind"]), number(hop["note"])
            self._stations.add(kind, verdict, path, hop["line"] - last, note)
            last = hop["line"]
        self.rows += 1

    def block(self) -> str:
        """All of it. A station's line counts from the one before it."""
        texts = {"texts": self._texts.all(), "links": self._texts.links}
        details = {**self._details.all(), "places": self._places}
        return _packed({"details": details, "stations": self._stations.all(), **texts})


def _places(document: Mapping[str, Any]) -> str:
    """Where else the same cause is: the first places, and how many more there are."""
    places = document.get("places", ())
    listed = ", ".join(f"{each['path']}:{each['line']}" for each in places[:LISTED_PLACES])
    rest = len(places) - LISTED_PLACES
    return f"{listed}, and {rest:,} more" if rest > 0 else listed


class Packed:
    """The blocks of one page. Findings are added as they pass; each shape is kept once, as numbers."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._texts, self._dates = Texts(), Texts()
        self._fingerprints: list[str] = []
        self._findings, self._shapes, self._details = Columns(_FINDING), Columns(_SHAPE), Details()
        self._known: dict[bytes, int] = {}
        self._blocks: list[str] = []
        self._commits = {each.name: each.commit for each in sweep.repositories}
        for name in self._commits:
            self._texts.name(name)

    def passing(self, findings: Iterable[SweptFinding]) -> Iterator[SweptFinding]:
        """The findings, each packed as it passes."""
        for finding in findings:
            self.add(finding)
            yield finding

    def add(self, finding: SweptFinding) -> None:
        """One row of the table of findings. Its commit is kept where that isn't its repository's."""
        commit = finding.commit if finding.commit != self._commits.get(finding.repository) else ""
        self._findings.add(
            self._texts.name(finding.repository),
            self._shape(finding.document),
            _STANDINGS.index(finding.standing),
            self._dates.number(f"{finding.first_seen:%Y-%m-%d %H:%M}"),
            self._texts.number(commit),
        )

    def _shape(self, document: Mapping[str, Any]) -> int:
        """0 for a shape that comes here first, else its number, from 1 on."""
        identity = [document.get(name) for name in _IDENTITY]
        key = hashlib.blake2b(json.dumps(identity).encode(), digest_size=16).digest()
        if key in self._known:
            return self._known[key]
        self._known[key] = len(self._known) + 1
        number = self._texts.number
        self._shapes.add(
            number(document["rule"]),
            Severity[document["severity"].upper()],
            _VERDICTS.index(document["verdict"]),
            Confidence[document["confidence"].upper()],
            self._texts.path(document["path"]),
            document["line"],
            number(document["message"]),
            number(document["job"] or ""),
        )
        self._fingerprints.append(shown(document["fingerprint"]))
        self._details.add(document)
        if self._details.rows == ROWS:
            self._close()
        return 0

    def blocks(self) -> Iterator[tuple[str, str]]:
        """The blocks by the id that each has on the page, the columns first."""
        self._close()
        yield "columns", _packed(self._index())
        yield "hashes", _packed(self._hashes(), strategy=zlib.Z_HUFFMAN_ONLY)
        for number, block in enumerate(self._blocks):
            yield f"shapes-{number}", block
        repositories = self._sweep.repositories
        for number, start in enumerate(range(0, len(repositories), ROWS)):
            rows = [_repository_detail(each) for each in repositories[start : start + ROWS]]
            yield f"repositories-{number}", _packed(rows)

    def _close(self) -> None:
        self._blocks.append(self._details.block())
        self._details = Details()

    def _index(self) -> Mapping[str, Any]:
        repositories = self._repositories()
        return {
            "url": link_base(self._sweep.url),
            "rows": ROWS,
            "severities": [str(each) for each in Severity],
            "standings": [each.value for each in Standing],
            "open": [each.is_open for each in Standing],
            "outcomes": [each.value for each in Outcome],
            "verdicts": _VERDICTS,
            "confidences": [str(each) for each in Confidence],
            "hops": _HOPS,
            "findings": self._findings.all(),
            "shapes": self._shapes.all(),
            "dates": self._dates.all(),
            "repositories": repositories,
            "texts": self._texts.all(),
            "links": self._texts.links,
        }

    def _hashes(self) -> Mapping[str, Any]:
        """What looks random: nothing repeats in it, so it is joined, and half a byte a digit is left."""
        commits = [visible(each.commit or "") for each in self._sweep.repositories]
        return {"fingerprints": _joined(self._fingerprints), "commits": _joined(commits)}

    def _repositories(self) -> Mapping[str, Any]:
        """The columns of the table of repositories. Names are the first texts. `holds` says how many powers
        each has; those of all stand one after the other, a number in `powers` and a count of jobs each."""
        all_, number = self._sweep.repositories, self._texts.number
        powers = list(dict.fromkeys([*_POWERS, *(pair for each in all_ for pair in each.powers)]))
        place = {pair: at for at, pair in enumerate(powers)}
        held = [(place[pair], jobs) for each in all_ for pair, jobs in each.powers.items()]
        return {
            "name": [number(each.name) for each in all_],
            "visibility": [number(each.visibility.value) for each in all_],
            "outcome": [_OUTCOMES.index(each.outcome) for each in all_],
            "reason": [number(each.reason) for each in all_],
            "first": [int(each.is_first) for each in all_],
            "findings": [[each.findings.get(level, 0) for level in Severity] for each in all_],
            "problems": [len(each.problems) for each in all_],
            "unverified": [len(each.not_verified) for each in all_],
            "holds": [len(each.powers) for each in all_],
            "held": [power for power, _ in held],
            "jobs": [jobs for _, jobs in held],
            "powers": [[shown(actor), shown(power)] for actor, power in powers],
        }


def _joined(texts: list[str]) -> Mapping[str, Any]:
    return {"text": "".join(texts), "lengths": [len(text) for text in texts]}


def link_base(url: str | None) -> str | None:
    """Where links may lead, None for nowhere."""
    if url is None or not url.startswith(("https://", "http://")) or not url.isascii():
        return None
    return url.rstrip("/")


def _repository_detail(repository: SweptRepository) -> list[Any]:
    """What couldn't be read of it, and the settings that this token may not read."""
    problems = [
        [shown(path := each["path"]), link_path(path), each["line"], each["stage"], shown(each["message"])]
        for each in repository.problems[:MAX_HOPS]
    ]
    settings = [[shown(setting), shown(need)] for setting, need in repository.not_verified.items()]
    return [problems, settings]


def _packed(value: Any, strategy: int = zlib.Z_DEFAULT_STRATEGY) -> str:
    """The same value gives the same text: no time is in it."""
    plain = json.dumps(value, separators=(",", ":")).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS, 9, strategy)
    return base64.b64encode(packer.compress(plain) + packer.flush()).decode()
