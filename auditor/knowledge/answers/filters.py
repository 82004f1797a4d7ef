"""Which fields of a JSON text a filter of `jq` takes, and what it makes of them.

Source: the manual of jq 1.7 ("Basic filters", "Builtin operators and functions", "Format strings"), read
2026-11. Only what needs no evaluation is read: variables, functions of the filter's own, `reduce`,
`env` and `input` make it unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from auditor.knowledge.answers.filter_functions import APPLYING, COUNTING, ENCODERS, KEEPING, PARTS
from auditor.knowledge.answers.filter_tokens import MAX_DEPTH, FilterError, FilterToken, filter_tokens
from auditor.knowledge.change import Change

MAX_LENGTH = 4_000
"""The longest filter that is read, in characters; a longer one is unknown."""

MAX_FIELDS = 200
"""How many fields may come out of one filter; more make it unknown."""


@dataclass(frozen=True, slots=True)
class JsonField:
    """A field that a filter gives. Lists are left out of `path`: `.[].title` and `.title` are the same.

    `made`: it stands inside of something that the filter builds, so a further `.name` is no field of it.
    """

    path: tuple[str, ...]
    change: Change = Change.WHOLE
    by: str = ""
    made: bool = False


Fields = tuple[JsonField, ...]


class _Filter:
    """Reads the tokens of one filter and evaluates it over the fields that it gets."""

    def __init__(self, tokens: tuple[FilterToken, ...], depth: int) -> None:
        if depth > MAX_DEPTH:
            raise FilterError
        self._tokens = tokens
        self._at = 0
        self._depth = depth

    def whole(self, given: Fields) -> Fields:
        found = self._pipe(given)
        if self._at < len(self._tokens):
            raise FilterError
        return found

    def _next(self) -> str:
        """The next token's text, unless it is a string or there is none."""
        if self._at < len(self._tokens) and self._tokens[self._at].kind != "string":
            return self._tokens[self._at].text
        return ""

    def _skip(self, text: str) -> bool:
        if self._next() != text:
            return False
        self._at += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._skip(text):
            raise FilterError

    def _pipe(self, given: Fields) -> Fields:
        found = self._comma(given)
        while self._skip("|"):
            found = self._comma(found)
        return found

    def _comma(self, given: Fields) -> Fields:
        found = self._operation(given)
        while self._skip(","):
            found = _union(found, self._operation(given))
        return found

    def _operation(self, given: Fields) -> Fields:
        """Terms with operators between them: a comparison leaves a yes or no, all others join."""
        found = self._term(given)
        while True:
            sign = self._next()
            if sign in _JOINING:
                self._at += 1
                found = _union(found, self._term(given), made=sign == "+")
            elif sign in _COMPARING:
                self._at += 1
                found = _changed(_union(found, self._term(given)), Change.COUNTED, sign)
            else:
                return found

    def _term(self, given: Fields) -> Fields:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FilterError
        self._skip("-")
        found = self._atom(given)
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "field":
                self._at += 1
                found = _below(found, token.text[1:])
            elif token.text == "?" and token.kind == "sign":
                self._at += 1
            elif token.text == "[" and token.kind == "sign":
                found = self._index(found, given)
            elif token.text == "." and self._is_index(self._at + 1):
                self._at += 1
                following = self._tokens[self._at]
                if following.kind == "string":
                    self._at += 1
                    found = _below(found, following.text)
            else:
                break
        self._depth -= 1
        return found

    def _is_index(self, at: int) -> bool:
        return at < len(self._tokens) and (
            self._tokens[at].kind == "string"
            or (self._tokens[at].kind, self._tokens[at].text) == ("sign", "[")
        )

    def _index(self, found: Fields, given: Fields) -> Fields:
        """`[]`, `[0]`, `["name"]`, `[1:3]`."""
        self._expect("[")
        if self._skip("]"):
            return found
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is not None and token.kind == "string" and not token.parts:
            self._at += 1
            self._expect("]")
            return _below(found, token.text)
        while not self._skip("]"):
            if not self._skip(":"):
                self._pipe(given)
        return found

    def _atom(self, given: Fields) -> Fields:
        if self._at >= len(self._tokens):
            raise FilterError
        token = self._tokens[self._at]
        self._at += 1
        match token.kind:
            case "field":
                return _below(given, token.text[1:])
            case "number":
                return ()
            case "string":
                return self._text(token, given, "")
            case "format":
                return self._format(token.text, given)
            case "word":
                return self._word(token.text, given)
            case "sign":
                return self._sign(token.text, given)
        raise FilterError

    def _sign(self, sign: str, given: Fields) -> Fields:
        if sign == ".":
            token = self._tokens[self._at] if self._at < len(self._tokens) else None
            if token is not None and token.kind == "string" and not token.parts:
                self._at += 1
                return _below(given, token.text)
            return given
        if sign == "(":
            found = self._pipe(given)
            self._expect(")")
            return found
        if sign == "[":
            if self._skip("]"):
                return ()
            found = self._pipe(given)
            self._expect("]")
            return found
        if sign == "{":
            return self._object(given)
        raise FilterError

    def _object(self, given: Fields) -> Fields:
        found: Fields = ()
        while not self._skip("}"):
            token = self._tokens[self._at] if self._at < len(self._tokens) else None
            if token is None:
                raise FilterError
            self._at += 1
            if token.text == "(" and token.kind == "sign":
                found = _union(found, self._pipe(given), made=True)
                self._expect(")")
            elif token.kind not in ("word", "string"):
                raise FilterError
            if self._skip(":"):
                found = _union(found, self._operation(given), made=True)
            elif token.kind in ("word", "string"):
                found = _union(found, _below(given, token.text), made=True)
            if not self._skip(",") and self._next() != "}":
                raise FilterError
        return found

    def _text(self, token: FilterToken, given: Fields, format: str) -> Fields:
        found: Fields = ()
        for part in token.parts:
            value = _Filter(part, self._depth + 1).whole(given)
            if format:
                value = _changed(value, ENCODERS.get(format, Change.ENCODED), f"`{format}`")
            found = _union(found, value, made=True)
        return found

    def _format(self, format: str, given: Fields) -> Fields:
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        if token is not None and token.kind == "string":
            self._at += 1
            return self._text(token, given, format)
        return _changed(given, ENCODERS.get(format, Change.ENCODED), f"`{format}`", made=True)

    def _word(self, word: str, given: Fields) -> Fields:
        if word == "if":
            return self._choice(given)
        if word in ("true", "false", "null", "empty", "error"):
            self._arguments(given)
            return ()
        if word in (
            "reduce",
            "foreach",
            "def",
            "as",
            "try",
            "label",
            "import",
            "include",
            "env",
            "input",
            "inputs",
        ):
            raise FilterError
        arguments = self._arguments(given)
        if word in COUNTING:
            return _changed(given, Change.COUNTED, f"`{word}`", made=True)
        if word in APPLYING and arguments:
            return arguments[-1]
        if word == "map" or word not in _KNOWN:
            raise FilterError
        if word in ENCODERS:
            return _changed(given, ENCODERS[word], f"`{word}`", made=True)
        if word in PARTS:
            added = arguments[-1] if word in ("sub", "gsub") and len(arguments) > 1 else ()
            return _union(_changed(given, Change.PART, f"`{word}`", made=True), added)
        if word in ("to_entries", "from_entries", "with_entries", "fromjson", "tostring", "join", "add"):
            return _union((), given, made=True)
        return given

    def _arguments(self, given: Fields) -> list[Fields]:
        found: list[Fields] = []
        if self._skip("("):
            found.append(self._pipe(given))
            while self._skip(";"):
                found.append(self._pipe(given))
            self._expect(")")
        return found

    def _choice(self, given: Fields) -> Fields:
        found: Fields = ()
        while True:
            self._pipe(given)
            self._expect("then")
            found = _union(found, self._pipe(given))
            if self._skip("elif"):
                continue
            found = _union(found, self._pipe(given) if self._skip("else") else given)
            self._expect("end")
            return found


_KNOWN = KEEPING | PARTS | ENCODERS.keys()
_JOINING = frozenset({"+", "-", "*", "/", "%", "//"})
_COMPARING = frozenset({"==", "!=", "<", ">", "<=", ">=", "and", "or"})


def _below(fields: Fields, name: str) -> Fields:
    return tuple(
        each if each.made else JsonField((*each.path, name), each.change, each.by) for each in fields
    )


def _changed(fields: Fields, change: Change, by: str, made: bool = False) -> Fields:
    return tuple(
        JsonField(
            each.path, max(change, each.change), by if change > each.change else each.by, each.made or made
        )
        for each in fields
    )


def _union(first: Fields, second: Fields, made: bool = False) -> Fields:
    found = dict.fromkeys((*first, *second))
    if made:
        found = dict.fromkeys(JsonField(each.path, each.change, each.by, True) for each in found)
    if len(found) > MAX_FIELDS:
        raise FilterError
    return tuple(found)


@lru_cache(maxsize=1024)
def jq_fields(filter: str) -> Fields | None:
    """The fields that the filter gives; None where it holds something that isn't read."""
    if len(filter) > MAX_LENGTH:
        return None
    try:
        return _Filter(filter_tokens(filter), 0).whole((JsonField(()),))
    except FilterError:
        return None
