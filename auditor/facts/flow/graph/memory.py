"""What was found on the way back, each place once; rings end, and the work has a bound."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from auditor.facts.flow.graph.arrival import Arrival
from auditor.facts.limits import Limits
from auditor.finding import Location

MAX_HOPS = 40
"""Places that a value is followed back through; a real flow has two to five."""

MAX_ARRIVALS = 200
"""Leaves that are kept of one place."""

MAX_PLACES = 500_000
"""Places that are walked in one repository. A workflow of a hundred jobs has some thousands."""

_FAR = 1 << 30


class Memory:
    """Remembers the arrivals of each place.

    A place that is asked for while it is being walked adds nothing to itself. What was found meanwhile
    below it may lack something, and isn't remembered.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._found: dict[object, tuple[Arrival, ...]] = {}
        self._levels: dict[object, int] = {}
        self._lowest = _FAR
        self._walked = 0

    def of(self, place: object, walk: Callable[[], Iterable[Arrival]], at: Location) -> tuple[Arrival, ...]:
        """What arrives at a place; `walk` finds it out, if it isn't known."""
        known = self._found.get(place)
        if known is not None:
            return known
        if place in self._levels:
            self._lowest = min(self._lowest, self._levels[place])
            return ()
        level = len(self._levels)
        self._walked += 1
        if level > MAX_HOPS:
            self._limits.cut(f"a text isn't followed back further than {MAX_HOPS} hops", at)
            return ()
        if self._walked > MAX_PLACES:
            self._limits.cut(f"values aren't followed through more than {MAX_PLACES:,} places", at)
            return ()
        outer, self._lowest = self._lowest, _FAR
        self._levels[place] = level
        found = self._unique(walk(), at)
        del self._levels[place]
        if self._lowest >= level:
            self._found[place] = found
            self._lowest = outer
        else:
            self._lowest = min(outer, self._lowest)
        return found

    def _unique(self, arrivals: Iterable[Arrival], at: Location) -> tuple[Arrival, ...]:
        """Each leaf once, by the way that leaves most of it."""
        found: dict[object, Arrival] = {}
        for arrival in arrivals:
            key = (arrival.leaf, arrival.before, arrival.after)
            known = found.get(key)
            if known is not None:
                if arrival.change < known.change or (known.masked and not arrival.masked):
                    found[key] = arrival
                continue
            if len(found) >= MAX_ARRIVALS:
                self._limits.cut(f"only {MAX_ARRIVALS} fields of this text are followed", at)
                break
            found[key] = arrival
        return tuple(found.values())
