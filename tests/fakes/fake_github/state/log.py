"""What was requested, and how long it took: what tests and measurements look at afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """One request. `kind` is `graphql OPERATION`, `METHOD /the/{route}` or `git SERVICE`."""

    kind: str
    path: str
    status: int
    seconds: float


class Log:
    """Counts of what was requested."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._in_flight = 0
        self.clear()

    def clear(self) -> None:
        """Forgets what was requested so far."""
        self.requests: list[LoggedRequest] = []
        self.blobs: Counter[str] = Counter()
        """How often the content of each blob was given, by its id."""
        self.trees: Counter[str] = Counter()
        """How often each tree was given by REST, by its id."""
        self.most_at_once = 0

    def begin(self) -> None:
        with self._lock:
            self._in_flight += 1
            self.most_at_once = max(self.most_at_once, self._in_flight)

    def end(self, request: LoggedRequest) -> None:
        with self._lock:
            self._in_flight -= 1
            self.requests.append(request)

    def gave_blob(self, oid: str) -> None:
        with self._lock:
            self.blobs[oid] += 1

    def gave_tree(self, oid: str) -> None:
        with self._lock:
            self.trees[oid] += 1

    @property
    def kinds(self) -> Counter[str]:
        """How many requests of each kind there were."""
        return Counter(asked.kind for asked in self.requests)

    def count(self, kind: str) -> int:
        """Requests whose kind begins like this."""
        return sum(asked.kind.startswith(kind) for asked in self.requests)

    @property
    def seconds(self) -> float:
        """Time that this GitHub spent on answers."""
        return sum(asked.seconds for asked in self.requests)
