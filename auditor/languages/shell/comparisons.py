"""Which tests a script makes of its variables, and where their outcome is known."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from operator import attrgetter

from auditor.languages.anchors import is_anchored
from auditor.languages.reading import Literal, Name, Pieces, Test
from auditor.languages.shell.branches import Branch, Case, Comparison, Span
from auditor.languages.shell.script import Command, Script, Word

_EQUAL = frozenset({"=", "==", "-eq"})
_UNEQUAL = frozenset({"!=", "-ne"})
_VARIABLE = re.compile(r"[\"']?\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-[^}]*|,,|\^\^)?\})[\"']?")
_GLOB = re.compile(r"[*?\[]")
_LEAVE = frozenset({"exit", "return", "continue", "break"})
_QUIET = re.compile(r"-[A-Za-z]*q[A-Za-z]*|--quiet|--silent")

MAX_SPANS = 1000
"""Places of one script where an outcome is known. Real scripts have some tens."""

_start = attrgetter("start")


def tests_of(script: Script, pieces_of: Callable[[Word], Pieces], *, stops_at_errors: bool) -> Iterator[Test]:
    """Each comparison of a variable with a pattern or a text, with the spans where the text matches it."""
    forks = script.branches
    if forks.branches or forks.cases or forks.bare:
        yield from _Comparisons(script, pieces_of, stops_at_errors).tests()


class _Comparisons:
    def __init__(self, script: Script, pieces_of: Callable[[Word], Pieces], stops_at_errors: bool) -> None:
        self._script = script
        self._text = script.text
        self._pieces_of = pieces_of
        self._leaving = [command.start for command in script.commands if command.program in _LEAVE]
        self._regions = sorted(script.branches.regions)
        self._compared = sorted(script.branches.comparisons, key=_start)
        self._feeding: dict[Command, list[Command]] = {}
        for command in script.commands:
            reader = script.piped_into(command)
            if reader is not None:
                self._feeding.setdefault(reader, []).append(command)
        self._stops_at_errors = stops_at_errors and not any(
            command.program == "set" and any(word.text == "+e" for word in command.args)
            for command in script.commands
        )

    def tests(self) -> Iterator[Test]:
        """The tests of conditions, then those of `case`."""
        known: dict[Span, list[tuple[Span, bool]]] = {}
        for branch in self._script.branches.branches[:MAX_SPANS]:
            for place, span, succeeds in self._known(branch):
                known.setdefault(place, []).append((span, succeeds))
        for outcome, until in self._script.branches.bare if self._stops_at_errors else ():
            known.setdefault((outcome.start, outcome.end), []).append(((outcome.end, until), True))
        for place, spans in known.items():
            yield from self._of_condition(place, spans)
        for branch in self._script.branches.branches[:MAX_SPANS]:
            yield from self._one_of(branch)
        for case in self._script.branches.cases:
            yield from self._of_case(case)

    def _known(self, branch: Branch) -> Iterator[tuple[Span, Span, bool]]:
        """By the place of a condition: a span, and whether the condition succeeded there."""
        after = (branch.end, branch.until)
        ways = (
            (branch.if_then, branch.then, branch.otherwise),
            (branch.if_otherwise, branch.otherwise, branch.then),
        )
        for outcomes, way, other in ways:
            for outcome in outcomes:
                place = (outcome.start, outcome.end)
                if way is not None:
                    yield place, way, outcome.succeeds
                if other is not None and self._leaves(other):
                    yield place, after, outcome.succeeds

    def _leaves(self, span: Span) -> bool:
        """Whether the way ends in a span, whatever happens there."""
        first = bisect_left(self._leaving, span[0])
        inside = self._leaving[first : bisect_left(self._leaving, span[1])]
        return any(self._innermost(offset, span) for offset in inside[:MAX_SPANS])

    def _innermost(self, offset: int, span: Span) -> bool:
        """Whether nothing inside a span forks round an offset."""
        at = bisect_right(self._regions, (offset, len(self._text) + 1))
        for start, end in reversed(self._regions[max(0, at - MAX_SPANS) : at]):
            if start < span[0]:
                return True
            if start <= offset < end and (start, end) != span:
                return False
        return True

    def _one_of(self, branch: Branch) -> Iterator[Test]:
        """`[ $x = a ] || [ $x = b ]` where it holds, and `[ $x != a ] && [ $x != b ]` where it doesn't."""
        after = (branch.end, branch.until)
        ways = (
            (branch.if_then, branch.if_otherwise, branch.then, branch.otherwise, True),
            (branch.if_otherwise, branch.if_then, branch.otherwise, branch.then, False),
        )
        for none, outcomes, way, other, succeeds in ways:
            places = [(outcome.start, outcome.end) for outcome in outcomes]
            if none or len(places) < 2 or any(outcome.succeeds is succeeds for outcome in outcomes):
                continue
            spans = [way] if way is not None else []
            spans += [after] if other is not None and self._leaves(other) else []
            known = [(span, succeeds) for span in spans]
            tests = [test for place in places for test in self._of_condition(place, known)]
            if len(tests) == len(places) and len({test.name for test in tests}) == 1 and _are_texts(tests):
                pattern = "|".join(test.pattern for test in tests)
                place = min(places)[0], max(places)[1]
                yield Test(tests[0].name, pattern, *place, whole=True, literal=True, holds=tuple(spans))

    def _of_condition(self, place: Span, spans: list[tuple[Span, bool]]) -> Iterator[Test]:
        for comparison in self._within(place):
            yield from self._of_comparison(comparison, spans)
        first = bisect_left(self._script.commands, place[0], key=_start)
        for command in self._script.commands[
            first : bisect_left(self._script.commands, place[1], key=_start)
        ]:
            if command.program in ("grep", "egrep", "fgrep"):
                yield from self._of_grep(command, tuple(span for span, succeeds in spans if succeeds))

    def _within(self, place: Span) -> Iterator[Comparison]:
        first = bisect_left(self._compared, place[0], key=_start)
        for comparison in self._compared[first:]:
            if comparison.start >= place[1]:
                return
            if comparison.end <= place[1]:
                yield comparison

    def _of_comparison(self, comparison: Comparison, spans: list[tuple[Span, bool]]) -> Iterator[Test]:
        variable = _VARIABLE.fullmatch(self._text[slice(*comparison.left)].strip())
        pattern = self._text[slice(*comparison.right)].strip()
        if variable is None or (
            "$" in pattern.rstrip("$\"'").replace("\\$", "") and comparison.operator != "=~"
        ):
            return
        equal = comparison.operator not in _UNEQUAL
        holds = tuple(span for span, succeeds in spans if succeeds is equal)
        if not holds:
            return
        name, place = variable[1] or variable[2], (comparison.start, comparison.end)
        if comparison.operator == "=~":
            # What is quoted is no pattern but text that may stand anywhere.
            quoted = pattern[:1] in ("'", '"')
            whole = is_anchored(pattern) and not quoted
            yield Test(name, pattern.strip("\"'"), *place, whole=whole, literal=quoted, holds=holds)
        elif comparison.operator in _EQUAL | _UNEQUAL:
            quoted = pattern[:1] in "\"'" and bool(pattern)
            whole = quoted or not _GLOB.search(pattern)
            yield Test(name, pattern.strip("\"'"), *place, whole=whole, literal=True, holds=holds)

    def _of_grep(self, command: Command, holds: tuple[Span, ...]) -> Iterator[Test]:
        """`grep -Eqx PATTERN` of one variable. It looks for a line, of which the text may have several."""
        options = [word.text for word in command.args if word.text.startswith("-")]
        patterns = [word for word in command.args if not word.text.startswith("-")]
        if not holds or len(patterns) != 1 or patterns[0].literal is None or "--invert-match" in options:
            return
        flags = "".join(option[1:] for option in options if not option.startswith("--"))
        names = [name for name in self._tested(command) if name is not None]
        pattern = patterns[0].literal
        whole = "x" in flags or "--line-regexp" in options or is_anchored(pattern)
        for name in names[:1]:
            literal = "F" in flags or command.program == "fgrep"
            place = command.start, command.end
            yield Test(name, pattern, *place, whole and "v" not in flags, literal, line=True, holds=holds)

    def _tested(self, command: Command) -> Iterator[str | None]:
        """The one variable that a command reads as its input."""
        body = command.stdin.body if command.stdin is not None else None
        if body is not None:
            yield _only_name(self._pieces_of(body))
        for feeder in self._feeding.get(command, ()):
            if feeder.program in ("echo", "printf"):
                words = [
                    word
                    for word in feeder.args
                    if not re.fullmatch(r"-[neE]+|['\"]?%s(\\n)?['\"]?", word.text)
                ]
                yield _only_name(self._pieces_of(words[0])) if len(words) == 1 else None

    def _of_case(self, case: Case) -> Iterator[Test]:
        variable = _VARIABLE.fullmatch(self._text[slice(*case.subject)].strip())
        if variable is None:
            return
        name = variable[1] or variable[2]
        texts = [[self._text[slice(*place)].strip() for place in item.patterns] for item in case.items]
        fixed = [all(not _GLOB.search(text) and "$" not in text for text in each) for each in texts]
        ends = [self._leaves(item.span) for item in case.items]
        after = all(known or leaves for known, leaves in zip(fixed, ends, strict=True)) and (
            any(each == ["*"] for each in texts)
        )
        spans = [item.span for item, known in zip(case.items, fixed, strict=True) if known]
        if after:
            spans.append((case.end, case.until))
        if spans:
            pattern = "|".join(
                text for each, known in zip(texts, fixed, strict=True) if known for text in each
            )
            yield Test(name, pattern, case.subject[0], case.end, whole=True, literal=True, holds=tuple(spans))


def _are_texts(tests: list[Test]) -> bool:
    return all(test.literal and test.whole and test.holds for test in tests)


def _only_name(pieces: Pieces) -> str | None:
    names = [piece for piece in pieces if isinstance(piece, Name)]
    rest = [piece for piece in pieces if not isinstance(piece, (Name, Literal))]
    fixed = "".join(piece.text for piece in pieces if isinstance(piece, Literal)).strip()
    return names[0].name if len(names) == 1 and not rest and not fixed else None
