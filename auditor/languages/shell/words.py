"""Nodes of the syntax tree to words: quotes taken off, expansions listed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from auditor.languages.shell.grammar import Masked
from auditor.languages.shell.script import ARITHMETIC, LENGTH, Variable, Word
from auditor.languages.time_limit import TimeLimit

if TYPE_CHECKING:
    from tree_sitter import Node

Islands: TypeAlias = tuple[tuple[int, int], ...]

SUBSTITUTIONS = frozenset({"command_substitution", "process_substitution"})
_NAMES = frozenset({"variable_name", "special_variable_name"})

_VARIABLE = r"\$(?:[A-Za-z_]\w*+|\{[A-Za-z_]\w*+\})"
_PLAIN_VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*+)|\{([A-Za-z_]\w*+)\})")
_SIMPLE = re.compile(
    rf"""(?:[^"'$`\\()<>]++|{_VARIABLE})+|"(?:[^"$`\\]++|{_VARIABLE})*"|'[^']*+'""",
)
_ESCAPE = re.compile(r"\\(.|\n)")
_ESCAPE_IN_QUOTES = re.compile(r"\\([$`\"\\\n])")
_ESCAPE_IN_HEREDOC = re.compile(r"\\([$`\\\n])")
_ANSI_ESCAPE = re.compile(
    r"\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|[0-7]{1,3}|.)", re.DOTALL
)
_ANSI = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}


class Words:
    """Reads the words of one script. `take_substitutions` hands over the nodes whose commands they run."""

    def __init__(self, text: str, masked: Masked, time_limit: TimeLimit) -> None:
        self._text = text
        self._time_limit = time_limit
        self._masked = masked.text
        self._islands = masked.islands
        self._found: list[Node] = []

    def take_substitutions(self) -> list[Node]:
        """The `$(...)` and `<(...)` of the words read since the last call, in the order of the text."""
        found, self._found = self._found, []
        return found

    def words(self, nodes: Iterable[Node]) -> tuple[Word, ...]:
        """A word for each run of nodes that touch each other."""
        found: list[Word] = []
        run: list[Node] = []
        start = end = -1
        for node in nodes:
            self._time_limit.tick()
            first, last = node.byte_range
            if first != end and run:
                found.append(self._word(run, start, end))
                run = []
            if not run:
                start = first
            run.append(node)
            end = last
        if run:
            found.append(self._word(run, start, end))
        return tuple(found)

    def word(self, nodes: Sequence[Node]) -> Word:
        """The word that these nodes are."""
        return self._word(nodes, nodes[0].start_byte, nodes[-1].end_byte)

    def _word(self, nodes: Sequence[Node], start: int, end: int) -> Word:
        islands = self._islands_in(start, end) if self._islands else ()
        simple = _SIMPLE.fullmatch(self._masked, start, end)
        return self._simple(simple, islands) if simple else self._complex(nodes, start, end, islands)

    def _simple(self, match: re.Match[str], islands: Islands) -> Word:
        """A word of one pair of quotes at most and plain `$X` or `${X}`, which most words are."""
        start, end = match.span()
        text = self._text[start:end]
        quote = text[0] if text[0] in "\"'" else ""
        inner = text[1:-1] if quote else text
        variables: tuple[Variable, ...] = ()
        if "$" in inner and quote != "'":
            variables = tuple(
                Variable(self._text[slice(*found.span(found.lastindex or 0))], *found.span(), bool(quote))
                for found in _PLAIN_VARIABLE.finditer(self._masked, start, end)
            )
        literal = None if variables or islands else inner
        return Word(text, start, end, inner, literal, variables, islands)

    def _complex(self, nodes: Sequence[Node], start: int, end: int, islands: Islands) -> Word:
        content = _Content(self._text, self._time_limit)
        content.read(nodes)
        self._found += content.substitutions
        value = "".join(content.pieces)
        literal = None if content.expands or islands else value
        text = self._text[start:end]
        return Word(text, start, end, value, literal, tuple(content.variables), islands, content.spans)

    def empty(self, at: int) -> Word:
        """The word of `X=`: nothing, but set."""
        return Word("", at, at, "", "")

    def body(self, start: int, end: int, tree: Node | None) -> Word:
        """The body of a here-document; `tree` holds its expansions, if it has any."""
        text = self._text[start:end]
        islands = self._islands_in(start, end)
        content = _Content(self._text, self._time_limit)
        value = text
        if tree is not None:
            content.read([tree])
            value = _ESCAPE_IN_HEREDOC.sub(_unescaped, text)
        self._found += content.substitutions
        literal = None if content.expands or islands else value
        return Word(text, start, end, value, literal, tuple(content.variables), islands, content.spans)

    def _islands_in(self, start: int, end: int) -> Islands:
        first = bisect_left(self._islands, (start, start))
        return self._islands[first : bisect_left(self._islands, (end, end))]


def part(words: Sequence[Word], text: str, start: int, value: str) -> Word:
    """What `words` hold from offset `start` of the script `text` on, as one word of this value."""
    last, end = words[-1], words[-1].end
    if last.start < start < end and last.text[0] in "\"'" and last.text[0] == last.text[-1]:
        end -= 1
    variables = tuple(variable for word in words for variable in word.variables if variable.start >= start)
    islands = tuple(island for word in words for island in word.islands if island[0] >= start)
    spans = tuple(span for word in words for span in word.substitutions if span[0] >= start)
    plain = all(word.literal is not None for word in words) or not (variables or islands or spans)
    return Word(text[start:end], start, end, value, value if plain else None, variables, islands, spans)


class _Content:
    """What one word holds. Walks with a stack of its own: a word may be nested as deep as it likes."""

    def __init__(self, text: str, time_limit: TimeLimit) -> None:
        self._time_limit = time_limit
        self.pieces: list[str] = []
        self.variables: list[Variable] = []
        self.substitutions: list[Node] = []
        self.expands = False
        self._text = text
        # What is left to read: finished text, or a node with whether it is quoted, whether its text
        # was already taken, and whether it stands in arithmetic.
        self._stack: list[str | tuple[Node, bool, bool, bool]] = []

    @property
    def spans(self) -> Islands:
        return tuple((_opening(node), node.end_byte) for node in self.substitutions)

    def read(self, nodes: Sequence[Node]) -> None:
        self._stack += [(node, False, False, False) for node in reversed(nodes)]
        while self._stack:
            self._time_limit.tick()
            item = self._stack.pop()
            if isinstance(item, str):
                self.pieces.append(item)
            else:
                self._read(*item)

    def _read(self, node: Node, quoted: bool, is_taken: bool, arithmetic: bool) -> None:
        kind = node.type
        if kind in SUBSTITUTIONS:
            self._take(node, is_taken)
            self.substitutions.append(node)
        elif kind in ("simple_expansion", "expansion"):
            self._take(node, is_taken)
            self._expansion(node, quoted, arithmetic)
        elif kind in ("arithmetic_expansion", "array"):
            self._take(node, is_taken)
            self._push(node, quoted, arithmetic=kind == "arithmetic_expansion")
        elif arithmetic and kind == "variable_name" and node.end_byte > node.start_byte:
            name = self._text[node.start_byte : node.end_byte]
            self.variables.append(Variable(name, node.start_byte, node.end_byte, quoted, ARITHMETIC))
        elif is_taken:
            self._push(node, quoted or kind == "string", arithmetic)
        else:
            self._text_of(node, kind, quoted)

    def _take(self, node: Node, is_taken: bool) -> None:
        self.expands = True
        if not is_taken:
            self.pieces.append(self._text[node.start_byte : node.end_byte])

    def _push(self, node: Node, quoted: bool, arithmetic: bool) -> None:
        self._stack += [(child, quoted, True, arithmetic) for child in reversed(node.named_children)]

    def _text_of(self, node: Node, kind: str, quoted: bool) -> None:
        text = self._text[node.start_byte : node.end_byte]
        if kind == "string":
            closed = len(text) > 1 and text.endswith('"')
            self._push_with_gaps(node, node.start_byte + 1, node.end_byte - closed, quoted=True)
        elif kind == "raw_string":
            self.pieces.append(text[1:-1])
        elif kind == "ansi_c_string":
            self.pieces.append(_ANSI_ESCAPE.sub(_ansi_unescaped, text[2:-1]))
        elif node.child_count:
            self._push_with_gaps(node, node.start_byte, node.end_byte, quoted=quoted)
        elif text != "$" or quoted:
            escape = _ESCAPE_IN_QUOTES if quoted else _ESCAPE
            self.pieces.append(escape.sub(_unescaped, text))

    def _push_with_gaps(self, node: Node, start: int, end: int, *, quoted: bool) -> None:
        """The children and what stands between them: the grammar leaves out some white space."""
        children = [child for child in node.named_children if child.end_byte > child.start_byte]
        escape = _ESCAPE_IN_QUOTES if quoted else _ESCAPE
        edges = [start, *(edge for child in children for edge in (child.start_byte, child.end_byte)), end]
        items: list[str | tuple[Node, bool, bool, bool]] = []
        for index, (left, right) in enumerate(pairwise(edges)):
            if index % 2:
                items.append((children[index // 2], quoted, False, False))
            elif right > left:
                items.append(escape.sub(_unescaped, self._text[left:right]))
        self._stack += reversed(items)

    def _expansion(self, node: Node, quoted: bool, arithmetic: bool) -> None:
        names, operators, rest = _dissected(node)
        operator = operators[0] if operators and names else ARITHMETIC if arithmetic else None
        opening = _opening(node)
        start, end = names[0].byte_range if names else (opening + 2, node.end_byte - 1)
        self.variables.append(Variable(self._text[start:end], opening, node.end_byte, quoted, operator))
        self._stack += [(child, quoted, True, arithmetic) for child in reversed(rest)]


def _opening(node: Node) -> int:
    """Where an expansion begins. Within quotes the grammar counts the white space before it, too."""
    first = node.child(0) if node.child_count else None
    return first.end_byte - len(first.type) if first and not first.is_named else node.start_byte


def _dissected(node: Node) -> tuple[list[Node], list[str], list[Node]]:
    """The name, the operators in order, and what else an expansion holds."""
    names: list[Node] = []
    operators: list[str] = []
    rest: list[Node] = []
    for child in node.children:
        if child.type == "subscript" and not names:
            inner = child.named_children
            names, rest = inner[:1], [*rest, *inner[1:]]
        elif child.type in _NAMES and not names:
            names.append(child)
        elif child.is_named:
            rest.append(child)
        elif child.type not in ("$", "${", "}"):
            operators.append(LENGTH if child.type == "#" and not names else child.type)
    return names, operators, rest


def _unescaped(match: re.Match[str]) -> str:
    return "" if match[1] == "\n" else match[1]


def _ansi_unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "01234567":
        return chr(int(code, 8) & 0xFF)
    if code[0] in "xuU" and len(code) > 1:
        number = int(code[1:], 16)
        return chr(number) if number <= 0x10FFFF else match[0]
    return _ANSI.get(code, code if code in "\\'\"?" else match[0])
