"""What Google's conditions accept, as boxes.

It is worked out when a condition is true and when it is false; where it fails, on a claim that isn't there or
on a value of another type, it is neither, as CEL's logic has it. Google refuses a token that a condition
fails on. Sources: google/cel-spec, "Language definition"; Google Cloud IAM, "Workload Identity Federation"
(2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product

from auditor.cloud.content_search import OPAQUE
from auditor.cloud.google import AttributeCondition
from auditor.languages import cel, re2
from auditor.trust.automata.boxes import MAX_BOXES, Box, Constraint, is_empty, meet, merged
from auditor.trust.automata.language import (
    EVERYTHING,
    Affixed,
    Complement,
    Language,
    Pattern,
    PatternSet,
    Wild,
    word,
)
from auditor.trust.automata.regular import Regular, globs
from auditor.trust.automata.search import StepBudget, TooMuchError
from auditor.trust.consumers.google.values import (
    UNKNOWN,
    Claim,
    ClaimText,
    Constant,
    Unfollowed,
    Value,
    may_be,
    same,
)

PRESENT = Constraint(may_be_absent=False)
ABSENT = Constraint(Complement(EVERYTHING), may_be_absent=True)


Found = list[tuple[list[Box], Value]]
"""What an expression may be, and when."""

_METHODS: dict[str, Callable[[str], Pattern]] = {
    "startsWith": lambda text: (*text, Wild.RUN),
    "endsWith": lambda text: (Wild.RUN, *text),
    "contains": lambda text: (Wild.RUN, *text, Wild.RUN),
}


class Compiler:
    """Conditions over the claims of a token, through a provider's attribute mapping.

    `written` gathers what claims must be to get a token in: names and texts, `*` and `?` wild.
    """

    def __init__(
        self, mapping: Mapping[str, AttributeCondition], budget: StepBudget, *, generous: bool
    ) -> None:
        self._mapping = mapping
        self._budget = budget
        self._generous = generous
        self._in_mapping = False
        self._names: dict[str, cel.Node] = {}
        self.written: list[tuple[str, str]] = []

    def condition(self, condition: AttributeCondition) -> list[Box]:
        """When a condition is true. Raises `TooMuchError`."""
        return self.unknown() if condition.tree is None else self.when(condition.tree, True)

    def attribute(self, name: str, wanted: str) -> list[Box]:
        """When an attribute of Google's is that text. Raises `TooMuchError`."""
        return self._compared(self._attribute(name), [([{}], ClaimText((wanted,)))], equal=True)

    def meet(self, one: list[Box], other: list[Box]) -> list[Box]:
        """What lies in both. Raises `TooMuchError`."""
        return self._all([one, other])

    def when(self, node: cel.Node, wanted: bool) -> list[Box]:
        """When an expression is true, or false where that is wanted."""
        self._budget.spend(1)
        match node:
            case cel.Literal():
                return [{}] if node.value is wanted else []
            case cel.Not():
                return self.when(node.of, not wanted)
            case cel.And() | cel.Or():
                parts = [self.when(part, wanted) for part in node.parts]
                return self._all(parts) if isinstance(node, cel.And) == wanted else self._any(parts)
            case cel.Conditional():
                return self._any(
                    self._all([self.when(node.test, chosen), self.when(branch, wanted)])
                    for chosen, branch in ((True, node.then), (False, node.otherwise))
                )
            case cel.Operation():
                return self._operation(node, wanted)
            case cel.Call():
                return self._call(node, wanted)
            case _:
                return self.unknown()

    def unknown(self) -> list[Box]:
        """What isn't followed: all of it or nothing."""
        return [{}] if self._generous else []

    def _operation(self, node: cel.Operation, wanted: bool) -> list[Box]:
        if node.operator in ("==", "!="):
            equal = (node.operator == "==") == wanted
            return self._compared(self.values(node.left), self.values(node.right), equal=equal)
        if node.operator == "in" and isinstance(node.right, cel.Items | cel.Hole):
            left = self.values(node.left)
            items = node.right.items if isinstance(node.right, cel.Items) else (node.right,)
            parts = [self._compared(left, self.values(item), equal=wanted) for item in items]
            if not parts:
                return [] if wanted else [{}]
            return self._any(parts) if wanted else self._all(parts)
        return self.unknown()

    def _call(self, node: cel.Call, wanted: bool) -> list[Box]:
        if node.on is None:
            return (
                self._has(node, wanted) if node.name == "has" and len(node.arguments) == 1 else self.unknown()
            )
        if node.name in ("exists", "all") and isinstance(node.on, cel.Items) and len(node.arguments) == 2:
            return self._each(node, node.on, wanted)
        if node.name in (*_METHODS, "matches") and len(node.arguments) == 1:
            return self._method(node.name, self.values(node.on), self.values(node.arguments[0]), wanted)
        return self.unknown()

    def _has(self, node: cel.Call, wanted: bool) -> list[Box]:
        field = node.arguments[0]
        if not isinstance(field, cel.Field) or not isinstance(field.of, cel.Name):
            return self.unknown()
        if field.of.name == "assertion":
            return [{field.name: PRESENT if wanted else ABSENT}]
        if f"{field.of.name}.{field.name}" not in self._mapping:
            return [] if wanted else [{}]
        known = (guard for guard, value in self.values(field) if not isinstance(value, Unfollowed))
        return self._any([*(known if wanted else ()), self.unknown()])

    def _each(self, node: cel.Call, items: cel.Items, wanted: bool) -> list[Box]:
        variable, test = node.arguments
        if not isinstance(variable, cel.Name):
            return self.unknown()
        parts, before = [], self._names
        for item in items.items:
            self._names = {**before, variable.name: item}
            parts.append(self.when(test, wanted))
        self._names = before
        return self._any(parts) if (node.name == "exists") == wanted else self._all(parts)

    def _method(self, name: str, receivers: Found, arguments: Found, wanted: bool) -> list[Box]:
        found = []
        for (guard, receiver), (other, argument) in product(receivers, arguments):
            both = [guard, other]
            if isinstance(receiver, Constant) or isinstance(argument, Constant):
                continue
            if (
                isinstance(receiver, Unfollowed)
                or isinstance(argument, Unfollowed)
                or argument.written is None
            ):
                found.append(self._all([*both, self.unknown()]))
                continue
            language = self._language(name, argument.written, receiver, wanted)
            found.append(self._all([*both, self._within(receiver, language, wanted)]))
        return self._any(found)

    def _language(self, name: str, text: str, receiver: ClaimText, wanted: bool) -> Language | None:
        """What a method of texts accepts; None where that isn't followed."""
        self._budget.spend(1 + len(text) // 8)
        if name in _METHODS:
            pattern = _METHODS[name](text)
            if wanted:
                self._note(receiver, "".join("*" if token is Wild.RUN else str(token) for token in pattern))
            return PatternSet([pattern])
        try:
            tree = re2.parse(text)
            language = Regular(tree)
        except (re2.RegexError, re2.RegexTooHardError, TooMuchError):
            return None
        if wanted:
            for glob in globs(tree):
                self._note(receiver, glob)
        # What fills a hole of an expression may be more than a name.
        is_open = OPAQUE in text and (self._generous or not wanted)
        return None if is_open else language

    def _within(self, text: ClaimText, language: Language | None, wanted: bool) -> list[Box]:
        """When a text is in a language, or isn't."""
        if language is None:
            return self.unknown()
        if (written := text.written) is not None:
            return [{}] if (written in language) == wanted else []
        alone = text.only_claim
        if alone is None:
            return self.unknown()
        before, claim, behind = alone
        if before or behind:
            language = Affixed(before, language, behind)
        return [{claim: Constraint(language if wanted else Complement(language), may_be_absent=False)}]

    def values(self, node: cel.Node) -> Found:
        """What an expression may be, and when; what it fails on is left out."""
        self._budget.spend(1)
        match node:
            case cel.Hole():
                # It is compared exactly: it names somebody, whoever that is.
                return [([{}], ClaimText((OPAQUE,)))]
            case cel.Literal(value=str(text)):
                return [([{}], ClaimText((text,)))]
            case cel.Literal():
                return [([{}], Constant(node.value))]
            case cel.Name() if node.name in self._names:
                return self.values(self._names[node.name])
            case cel.Field(of=cel.Name(name="assertion")):
                return [([{node.name: PRESENT}], ClaimText((Claim(node.name),)))]
            case cel.Field(of=cel.Name(name=("attribute" | "google") as of)):
                return self._attribute(f"{of}.{node.name}")
            case cel.Operation(operator="+"):
                return self._sums(node)
            case cel.Conditional():
                return [
                    (self._all([self.when(node.test, chosen), guard]), value)
                    for chosen, branch in ((True, node.then), (False, node.otherwise))
                    for guard, value in self.values(branch)
                ]
            case cel.Call(on=None, name="string", arguments=(only,)):
                return self.values(only)
            case _:
                return [([{}], UNKNOWN)]

    def _sums(self, node: cel.Operation) -> Found:
        found: Found = []
        for (guard, left), (other, right) in product(self.values(node.left), self.values(node.right)):
            together = self._all([guard, other])
            if isinstance(left, ClaimText) and isinstance(right, ClaimText):
                found.append((together, ClaimText(left.pieces + right.pieces)))
            elif isinstance(left, Unfollowed) or isinstance(right, Unfollowed):
                found.append((together, UNKNOWN))
        return found

    def _attribute(self, name: str) -> Found:
        """What a mapped attribute may be. A mapping knows the token only, and no other attribute."""
        source = self._mapping.get(name)
        if source is None:
            return []
        if source.tree is None or self._in_mapping:
            return [([{}], UNKNOWN)]
        self._in_mapping, names, self._names = True, self._names, {}
        found = self.values(source.tree)
        self._in_mapping, self._names = False, names
        return found

    def _compared(self, lefts: Found, rights: Found, *, equal: bool) -> list[Box]:
        return self._any(
            self._all([guard, other, self._equal(left, right, equal)])
            for (guard, left), (other, right) in product(lefts, rights)
        )

    def _equal(self, left: Value, right: Value, equal: bool) -> list[Box]:
        """When two values are equal, or aren't."""
        if isinstance(left, Unfollowed) or isinstance(right, Unfollowed):
            return self.unknown()
        if isinstance(left, Constant) or isinstance(right, Constant):
            are_equal = isinstance(left, Constant) and isinstance(right, Constant) and same(left, right)
            return [{}] if are_equal == equal else []
        if left.pieces == right.pieces:
            return [{}] if equal else []
        written, text = (left.written, right) if left.written is not None else (right.written, left)
        if written is None:
            return self.unknown()
        self._budget.spend(1 + len(written) // 8)
        if len([piece for piece in text.pieces if isinstance(piece, Claim)]) > 1:
            return self._split(text, written) if equal else self.unknown()
        if equal:
            self._note(text, written)
        return self._within(text, word(written), equal)

    def _split(self, text: ClaimText, written: str) -> list[Box]:
        """Every way in which several claims make what is written."""
        found: list[Box] = []
        for claims in self._splits(text.pieces, written):
            self._budget.spend(1 + len(written) // 8)
            if len(found) > MAX_BOXES:
                raise TooMuchError
            self.written += claims
            found.append(
                {claim: Constraint(word(value), may_be_absent=False) for claim, value in dict(claims).items()}
            )
        return self._bounded(found)

    def _splits(self, pieces: tuple[str | Claim, ...], text: str) -> Iterator[tuple[tuple[str, str], ...]]:
        self._budget.spend(1)
        if not pieces:
            yield from [()] if not text else []
            return
        first, rest = pieces[0], pieces[1:]
        if isinstance(first, str):
            if text.startswith(first):
                yield from self._splits(rest, text[len(first) :])
            return
        for end in range(len(text) + 1) if rest else (len(text),):
            if may_be(first.name, text[:end]):
                for claims in self._splits(rest, text[end:]):
                    if dict(claims).get(first.name, text[:end]) == text[:end]:
                        yield ((first.name, text[:end]), *claims)

    def _note(self, text: ClaimText, pattern: str) -> None:
        """Remember what a claim must be for a token to get in."""
        alone = text.only_claim
        if alone is not None:
            before, claim, behind = alone
            self.written.append((claim, pattern.removeprefix(before).removesuffix(behind)))

    def _any(self, parts: Iterator[list[Box]] | list[list[Box]]) -> list[Box]:
        return self._bounded([box for boxes in parts for box in boxes])

    def _all(self, parts: list[list[Box]]) -> list[Box]:
        found: list[Box] = [{}]
        for boxes in parts:
            self._budget.spend(len(found) * len(boxes))
            found = self._bounded([meet(one, other) for one in found for other in boxes])
        return found

    def _bounded(self, boxes: list[Box]) -> list[Box]:
        kept = [box for box in boxes if not is_empty(box)]
        if any(not box for box in kept):
            return [{}]
        found = merged(kept)
        if len(found) > MAX_BOXES:
            raise TooMuchError
        return found
