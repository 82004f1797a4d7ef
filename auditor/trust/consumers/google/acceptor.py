"""A workload identity provider as acceptors: one for each member of a binding that means its pool."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from auditor.cloud.content_search import OPAQUE, filled
from auditor.cloud.google import (
    AttributeCondition,
    MemberKind,
    PoolMember,
    WorkloadIdentity,
    WorkloadIdentityProvider,
)
from auditor.languages import cel
from auditor.trust.automata.boxes import Box
from auditor.trust.automata.search import StepBudget, TooMuchError
from auditor.trust.consumers.google.boxes import Compiler
from auditor.trust.consumers.google.evaluate import Outcomes, holds, is_attribute
from auditor.trust.consumers.texts import issuer_of
from auditor.trust.questions.acceptor import Acceptor, Effect, PolicyCheck, VacuousCheck
from auditor.trust.questions.names import NamedParties, names_of
from auditor.trust.questions.vacuous import STEPS, vacuous_check

_FOR_NAMES = 5_000
_NODES_A_STEP = 10


class PoolIdentity(Acceptor):
    """What the condition of a provider and one member of a binding let in together.

    Without a member it is all that the condition lets into the pool. Google checks the audience itself.
    """

    def __init__(self, provider: WorkloadIdentityProvider, member: PoolMember | None) -> None:
        self.provider = provider
        self.member = member
        self.issuer = issuer_of(provider.issuer)
        self.location = member.location if member else provider.location
        self.names = self._names()

    def _names(self) -> NamedParties:
        budget = StepBudget(_FOR_NAMES)
        compiler = Compiler(self.provider.mapping, budget, generous=True)
        with suppress(TooMuchError):
            self._compile(compiler)
        return names_of(compiler.written)

    def _compile(self, compiler: Compiler) -> Sequence[Box]:
        found = compiler.condition(self.provider.condition) if self.provider.condition else [{}]
        if self.member is None or self.member.kind is MemberKind.EVERYONE:
            return found
        if self.member.attribute is None or self.member.value is None:
            return compiler.meet(found, compiler.unknown())
        wanted = compiler.attribute(self.member.attribute, filled(self.member.value))
        return compiler.meet(found, wanted)

    def boxes(self, budget: StepBudget, *, generous: bool) -> Sequence[Box]:
        """What gets in; nothing for sure where the issuer isn't."""
        if not generous and not self.issuer.is_sure:
            return ()
        return self._compile(Compiler(self.provider.mapping, budget, generous=generous))

    def accepts(self, claims: Mapping[str, str], *, generous: bool = False) -> bool:
        """What Google says of a token."""
        if not generous and not self.issuer.is_sure:
            return False
        outcomes = list(self._outcomes(claims))
        return all(True in outcome if generous else outcome == {True} for outcome in outcomes)

    def _outcomes(self, claims: Mapping[str, str]) -> Iterator[Outcomes]:
        mapping, member = self.provider.mapping, self.member
        if self.provider.condition:
            yield holds(self.provider.condition, mapping, claims)
        if member is None or member.kind is MemberKind.EVERYONE:
            return
        if member.attribute is None or member.value is None:
            yield frozenset([True, False])
        else:
            yield is_attribute(member.attribute, filled(member.value), mapping, claims)

    def checks(self) -> Sequence[PolicyCheck]:
        """The comparisons of the condition, and the member."""
        found = (
            list(_checks(self.provider.condition, self.provider.mapping)) if self.provider.condition else []
        )
        if self.member is None:
            return found
        source = self.provider.mapping.get(self.member.attribute or "")
        claims = list(_claims(source.tree, self.provider.mapping)) if source and source.tree else []
        values = (self.member.value.shown,) if self.member.value else ()
        claim = claims[0] if len(claims) == 1 else None
        return [*found, PolicyCheck(claim, f"`{self.member.member.shown}`", values, self.member.location)]

    def doubts(self) -> Iterator[str]:
        """An issuer that isn't known, and parts of conditions that aren't followed."""
        if not self.issuer.is_sure:
            yield "which issuer the provider takes tokens of"
        conditions = [self.provider.condition] if self.provider.condition else []
        named = [self.member.attribute] if self.member and self.member.attribute else []
        named += [name for one in conditions if one.tree for name in _attributes(one.tree)]
        conditions += [source for name in named if (source := self.provider.mapping.get(name))]
        holes = (hole for condition in conditions for hole in condition.text.holes)
        yield from dict.fromkeys(f"`{hole.name}`" for hole in holes)
        unread = (f"the condition `{one.text.shown[:60]}`" for one in conditions if not _is_followed(one))
        yield from dict.fromkeys(unread)
        if self.member and self.member.kind is MemberKind.GROUP:
            yield f"who is in `{self.member.member.shown}`"

    def vacuous_checks(self) -> Sequence[VacuousCheck]:
        """Parts of the condition that all tokens meet, or none, and a member by what isn't mapped."""
        budget, condition, member = StepBudget(STEPS), self.provider.condition, self.member
        found: list[VacuousCheck | None] = []
        if condition is not None:
            text = filled(condition.text)
            for node in _parts(condition):
                if OPAQUE in text[node.start : node.end]:
                    continue
                compiler = Compiler(self.provider.mapping, budget, generous=True)
                holds, fails = compiler.when(node, True), compiler.when(node, False)
                check = _check(condition, node, self.provider.mapping)
                found.append(vacuous_check(check, holds, fails, _overlooked(node), budget))
        if member and member.attribute and member.attribute not in self.provider.mapping:
            why = f"the provider maps no `{member.attribute}`"
            found.append(VacuousCheck(self.checks()[-1], Effect.LETS_NONE, why))
        return [one for one in found if one]

    @property
    def cost(self) -> int:
        """A step for ten nodes of the condition."""
        tree = self.provider.condition.tree if self.provider.condition else None
        return 1 + (sum(1 for _ in cel.walk(tree)) // _NODES_A_STEP if tree else 0)


def identities_of(party: WorkloadIdentity) -> tuple[PoolIdentity, ...]:
    """The acceptors of a provider, in the order of the members that were found."""
    return tuple(PoolIdentity(party.provider, member) for member in party.members or (None,))


_FOLLOWED = {"startsWith", "endsWith", "contains", "matches", "has", "exists", "all", "string"}


def _is_followed(condition: AttributeCondition) -> bool:
    if condition.tree is None:
        return False
    for node in cel.walk(condition.tree):
        if isinstance(node, cel.Other) or (isinstance(node, cel.Call) and node.name not in _FOLLOWED):
            return False
        if isinstance(node, cel.Operation) and node.operator not in ("==", "!=", "in", "+"):
            return False
    return True


def _attributes(tree: cel.Node) -> Iterator[str]:
    for node in cel.walk(tree):
        if isinstance(node, cel.Field) and isinstance(node.of, cel.Name) and node.of.name != "assertion":
            yield f"{node.of.name}.{node.name}"


def _claims(tree: cel.Node, mapping: Mapping[str, AttributeCondition]) -> Iterator[str]:
    """The claims that an expression tests, through the attributes that it names."""
    for node in cel.walk(tree):
        if isinstance(node, cel.Field) and isinstance(node.of, cel.Name):
            source = mapping.get(f"{node.of.name}.{node.name}")
            if node.of.name == "assertion":
                yield node.name
            elif source is not None and source.tree is not None:
                yield from (
                    inner.name
                    for inner in cel.walk(source.tree)
                    if isinstance(inner, cel.Field)
                    and inner.of == cel.Name(inner.of.start, inner.of.end, "assertion")
                )


def _parts(condition: AttributeCondition) -> Iterator[cel.Node]:
    """The parts of a condition that must all hold."""
    todo = [condition.tree] if condition.tree else []
    while todo:
        node = todo.pop()
        if isinstance(node, cel.And):
            todo += reversed(node.parts)
        else:
            yield node


def _leaves(node: cel.Node) -> Iterator[cel.Node]:
    """The comparisons in an expression."""
    todo = [node]
    while todo:
        here = todo.pop()
        if isinstance(here, cel.And | cel.Or):
            todo += reversed(here.parts)
        elif isinstance(here, cel.Not):
            todo.append(here.of)
        else:
            yield here


def _check(
    condition: AttributeCondition, node: cel.Node, mapping: Mapping[str, AttributeCondition]
) -> PolicyCheck:
    claims = list(dict.fromkeys(_claims(node, mapping)))
    literals = (leaf.value for leaf in cel.walk(node) if isinstance(leaf, cel.Literal))
    written = filled(condition.text)[node.start : node.end].replace(OPAQUE, "…")
    claim = claims[0] if len(claims) == 1 else None
    return PolicyCheck(claim, f"`{written[:80]}`", tuple(map(str, literals)), condition.text.location)


def _checks(
    condition: AttributeCondition, mapping: Mapping[str, AttributeCondition]
) -> Iterator[PolicyCheck]:
    """Each comparison of a condition; the whole of it where it can't be read."""
    if condition.tree is None:
        yield PolicyCheck(None, f"the condition `{condition.text.shown[:60]}`", (), condition.text.location)
        return
    for leaf in _leaves(condition.tree):
        yield _check(condition, leaf, mapping)


def _overlooked(node: cel.Node) -> str:
    """What a comparison overlooks, where that is seen at once."""
    for leaf in _leaves(node):
        sides = (leaf.left, leaf.right) if isinstance(leaf, cel.Operation) else ()
        if any(isinstance(side, cel.Literal) and not isinstance(side.value, str) for side in sides):
            return "claims are texts, which no number or truth value equals"
    return ""
