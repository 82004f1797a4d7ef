"""Policy documents, whatever they are written in, to the statements of trust policies.

Grammar: IAM User Guide, "Grammar of the IAM JSON policy language". What may be deployed in one of several
forms (`Fn::If`, a conditional of Terraform) is read in each: an Allow statement once for each form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, product
from math import prod

from auditor.cloud.aws import (
    GITHUB,
    Principal,
    RoleName,
    Statement,
    StatementCondition,
    TrustPolicies,
    TrustPolicy,
    is_github_provider,
    provider_of,
)
from auditor.cloud.cloudformation import StackTemplate, function_of
from auditor.cloud.json_text import decoded
from auditor.cloud.partial_values import MAX_ARMS
from auditor.cloud.values import (
    MAX_TEXTS,
    Choice,
    Datum,
    Field,
    Fields,
    List,
    Null,
    TooManyError,
    Value,
    texts_of,
)
from auditor.finding import Location, Problem, Stage
from auditor.languages.yaml import Mapping, Node, Pair, Scalar, Sequence, Tree

MAX_STATEMENTS = 5_000
"""Statements of one policy; AWS takes at most 4,096 characters of text."""

MAX_CONDITIONS = 200
"""Keys under the operators of one statement."""

_DOCUMENT = "AssumeRolePolicyDocument"
_NESTED = 3
"""Levels below a statement on which an alternative makes another form of it: the keys of its conditions."""


def read_trust_policies(tree: Tree) -> TrustPolicies:
    """Every trust policy in `tree`, JSON or CloudFormation, that a token of GitHub Actions may satisfy."""
    template = StackTemplate(tree.root)
    policies: list[TrustPolicy] = []
    problems: list[Problem] = []
    for node, role in _documents(tree.root):
        found = read_trust_policy(template.datum(node), role)
        policies += found.policies
        problems += found.problems
    return TrustPolicies(tuple(policies), tuple(problems))


def read_trust_policy(datum: Datum, role: RoleName) -> TrustPolicies:
    """The policies that a datum may be: a document, the text of one, or one of several.

    Those that no token of GitHub Actions can satisfy are left out.
    """
    policies: list[TrustPolicy] = []
    problems: list[Problem] = []
    for arm in datum.arms if isinstance(datum, Choice) else (datum,):
        found = decoded(arm) if isinstance(arm, Value) else None
        document = found.datum if found else arm
        reader = _PolicyReader()
        policy = reader.policy(document, role) if isinstance(document, Fields) else None
        if policy and any(_concerns_us(statement) for statement in policy.statements):
            policies.append(policy)
            problems += reader.problems
        problems += found.problems if found else ()
    return TrustPolicies(tuple(policies), tuple(problems))


def _concerns_us(statement: Statement) -> bool:
    return not statement.is_deny and statement.covers_web_identity and statement.may_take_github


def _documents(root: Node | None) -> Iterator[tuple[Node, RoleName]]:
    """The mappings that hold a `Statement`, and functions that make the text of one, with the role's name.

    An alias repeats what its anchor holds; each is walked once, so the work is bounded by the text.
    """
    seen: set[tuple[Node, ...] | tuple[Pair, ...]] = set()
    stack: list[tuple[Node, RoleName]] = [(root, RoleName())] if root is not None else []
    while stack:
        node, role = stack.pop()
        if isinstance(node, Sequence) and node.items not in seen:
            seen.add(node.items)
            stack.extend((item, role) for item in reversed(node.items))
        elif isinstance(node, Mapping) and node.entries not in seen:
            seen.add(node.entries)
            role = _role_name(node) or role
            written = node.get(_DOCUMENT)
            if "Statement" in node:
                yield node, role
            else:
                stack.extend((entry.value, _named(entry, role)) for entry in reversed(tuple(node)))
            if written is not None and function_of(written) in ("Sub", "Join"):
                yield written, role


def _role_name(node: Mapping) -> RoleName | None:
    name = node.get("RoleName")
    if isinstance(name, Scalar) and function_of(name) is None:
        return RoleName(Value((name.value,), name.location))
    return None


def _named(entry: Pair, role: RoleName) -> RoleName:
    """A resource of a template is called by its key unless it has a name of its own."""
    if isinstance(entry.value, Mapping) and "Type" in entry.value and "Properties" in entry.value:
        return RoleName(address=entry.key.value)
    return role


@dataclass(frozen=True, slots=True)
class _Form:
    """One form of a statement, and whether it takes away.

    `provider` is GitHub's that its principals name; None where they name none.
    """

    fields: Fields
    is_deny: bool
    provider: str | None


class _PolicyReader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def policy(self, document: Fields, role: RoleName) -> TrustPolicy | None:
        statement = document.get("Statement")
        if statement is None:
            return None
        statements = tuple(islice(self._statements(statement), MAX_STATEMENTS + 1))
        if len(statements) > MAX_STATEMENTS:
            self._problem(f"only the first {MAX_STATEMENTS} statements are read", document.location)
        version = document.get("Version")
        return TrustPolicy(
            role.shown,
            version.text if isinstance(version, Value) else None,
            statements[:MAX_STATEMENTS],
            document.location,
            name=role,
        )

    def _statements(self, datum: Datum) -> Iterator[Statement]:
        """Those in the arms of a choice among them: either may be deployed."""
        todo = [datum]
        for _ in range(2 * MAX_STATEMENTS):
            if not todo:
                return
            item = todo.pop()
            if isinstance(item, List):
                todo.extend(reversed(item.items))
            elif isinstance(item, Choice):
                todo.extend(reversed(item.arms))
            elif isinstance(item, Fields):
                yield from self._forms(item)
            elif isinstance(item, Value) and item.holes:
                continue
            elif not isinstance(item, Null):
                self._wrong(item, "Statement", "a mapping")
        self._problem("too many statements to read", datum.location)

    def _forms(self, fields: Fields) -> Iterator[Statement]:
        effect = fields.get("Effect")
        known = effect.by_default if isinstance(effect, Value) else None
        unclear = isinstance(effect, Choice) or (isinstance(effect, Value) and known is None)
        if known not in ("Allow", "Deny") and not unclear:
            self._wrong(effect or fields, "Effect", "`Allow` or `Deny`")
            return
        is_deny = known == "Deny"
        for form in [fields] if is_deny else _spread(fields):
            assert isinstance(form, Fields)
            statement = self._statement(form, is_deny=is_deny)
            if statement is not None:
                yield statement

    def _statement(self, fields: Fields, *, is_deny: bool) -> Statement | None:
        principals = self._principals(fields)
        anybody = all(principal.kind in ("*", "AWS") for principal in principals)
        if anybody and (fields.field("Resource") or fields.field("NotResource")):
            # Only a policy on a resource of another kind has one: a bucket's, a key's.
            return None
        sid = fields.get("Sid")
        form = _Form(fields, is_deny, _provider(principals))
        return Statement(
            sid=sid.text if isinstance(sid, Value) else None,
            effect="Deny" if is_deny else "Allow",
            principals=principals,
            excludes_principals=fields.field("Principal") is None
            and fields.field("NotPrincipal") is not None,
            actions=self._texts(fields, "Action") or self._texts(fields, "NotAction"),
            excludes_actions=_excludes(fields, "Action"),
            conditions=tuple(self._conditions(form)),
            location=fields.location,
        )

    def _principals(self, fields: Fields) -> tuple[Principal, ...]:
        datum = fields.get("Principal") or fields.get("NotPrincipal")
        if isinstance(datum, Fields):
            return tuple(
                Principal(entry.key.shown, self._texts(datum, entry.key.shown)) for entry in _entries(datum)
            )
        if isinstance(datum, Value) and datum.text == "*":
            return (Principal("*"),)
        if isinstance(datum, Value) and datum.hole:
            return (Principal("Federated", (datum,)),)
        if datum is not None:
            self._wrong(datum, "Principal", "a mapping or `*`")
        return ()

    def _conditions(self, form: _Form) -> Iterator[StatementCondition]:
        found = self._all_conditions(form)
        yield from islice(found, MAX_CONDITIONS)
        if next(found, None) is not None:
            at = form.fields.location
            self._problem(f"only the first {MAX_CONDITIONS} conditions of a statement are read", at)
            yield StatementCondition("?", "", (), at)

    def _all_conditions(self, form: _Form) -> Iterator[StatementCondition]:
        datum = form.fields.get("Condition")
        if datum is None or isinstance(datum, Null):
            return
        if not isinstance(datum, Fields):
            yield self._unknown(datum, "Condition", "a mapping", datum.location)
            return
        for operator in _entries(datum):
            name = operator.key.by_default or operator.key.holes[0].name
            if isinstance(operator.value, Fields):
                for entry in _entries(operator.value):
                    yield self._condition(name, entry, form)
            elif not isinstance(operator.value, Null):
                wanted = "a mapping from keys to values"
                yield self._unknown(operator.value, operator.key.shown, wanted, operator.key.location)

    def _condition(self, operator: str, entry: Field, form: _Form) -> StatementCondition:
        sure = ("not" in operator.lower()) == form.is_deny
        values = self._read(entry.value, sure=sure)
        key = _key(entry.key, form.provider, values or ())
        if key is None:
            return StatementCondition(entry.key.holes[0].name, "", (), entry.location)
        if values is None:
            self._wrong(entry.value, key, f"a text or a list of texts, {MAX_TEXTS:,} at most")
            return StatementCondition("?", key, (), entry.location)
        return StatementCondition(operator, key, values, _place(entry))

    def _unknown(self, datum: Datum, name: str, wanted: str, at: Location) -> StatementCondition:
        """What stands where conditions should: nothing is known of it."""
        if isinstance(datum, Choice):
            return StatementCondition(datum.depends_on or "a conditional", "", (), at)
        if isinstance(datum, Value) and datum.hole:
            return StatementCondition(datum.hole.name, "", (), at)
        self._wrong(datum, name, wanted)
        return StatementCondition("?", "", (), at)

    def _texts(self, fields: Fields, key: str) -> tuple[Value, ...]:
        datum = fields.get(key)
        if datum is None:
            return ()
        values = self._read(datum)
        if values is None:
            self._wrong(datum, key, f"a text or a list of texts, {MAX_TEXTS:,} at most")
        return values or ()

    def _read(self, datum: Datum, *, sure: bool = True) -> tuple[Value, ...] | None:
        try:
            return texts_of(datum, sure=sure)
        except TooManyError:
            return None

    def _wrong(self, datum: Datum, name: str, wanted: str) -> None:
        self._problem(f"`{name}` of a trust policy must be {wanted}", datum.location)

    def _problem(self, message: str, at: Location) -> None:
        self.problems.append(Problem(Stage.MODEL, message, at))


def _place(entry: Field) -> Location:
    """The entry, or what it refers to, where that is written elsewhere: there it must be mended."""
    own, written = entry.location, entry.value.location
    inside = own.path == written.path and own.span.start <= written.span.start <= own.span.end
    return own if inside else written


def _entries(fields: Fields) -> tuple[Field, ...]:
    """Each key once; of those that stand twice the last."""
    return tuple({entry.key.shown: entry for entry in fields.entries}.values())


def _excludes(fields: Fields, name: str) -> bool:
    return fields.field(name) is None and fields.field(f"Not{name}") is not None


def _provider(principals: tuple[Principal, ...]) -> str | None:
    """GitHub's provider among the principals: the one meant by a condition that doesn't spell it out."""
    named = (
        provider
        for principal in principals
        for value in principal.values
        if (provider := provider_of(value)) is not None and is_github_provider(provider)
    )
    return next(named, None)


def _key(key: Value, provider: str | None, values: tuple[Value, ...]) -> str | None:
    """A condition key; None where its claim isn't known.

    Where its provider is a hole, as in `${var.issuer}:sub`, it is GitHub's if the principals name that, or
    the values are such as only GitHub's subjects are.
    """
    known = key.by_default
    if known is not None:
        return known
    *before, claim = key.parts
    if not (isinstance(claim, str) and claim.startswith(":")):
        return None
    is_subject = any(value.shown.startswith("repo:") for value in values)
    may_be_github = len(before) == 1 and not isinstance(before[0], str) and (provider or is_subject)
    return f"{provider or GITHUB}{claim}" if may_be_github else key.shown


def _spread(datum: Datum, depth: int = 0) -> list[Datum]:
    """The forms that a datum may have, but for choices between texts; itself where they are too many."""
    if isinstance(datum, Choice) and not _is_texts(datum):
        found = [form for arm in datum.arms for form in _spread(arm, depth)]
        return found if len(found) <= MAX_ARMS else [datum]
    if not isinstance(datum, Fields) or depth > _NESTED:
        return [datum]
    forms = [_spread(entry.value, depth + 1) for entry in datum.entries]
    if prod(map(len, forms)) in (0, 1) or prod(map(len, forms)) > MAX_ARMS:
        return [datum]
    return [
        Fields(
            tuple(replace(entry, value=value) for entry, value in zip(datum.entries, row, strict=True)),
            datum.location,
        )
        for row in product(*forms)
    ]


def _is_texts(choice: Choice) -> bool:
    try:
        return texts_of(choice) is not None
    except TooManyError:
        return False
