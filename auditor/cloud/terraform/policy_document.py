"""`aws_iam_policy_document` as the JSON that the AWS provider makes of it.

Two conditions with the same test and variable are one with the values of both, and a later statement
takes the place of an earlier one with its Sid: terraform-provider-aws, `internal/service/iam`
(`policy_model.go`, `policy_document_data_source.go`; 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from auditor.cloud.json_text import decoded
from auditor.cloud.partial_values import MAX_PARTS, by_part, hole, text
from auditor.cloud.terraform.section import Section
from auditor.cloud.values import Choice, Datum, Field, Fields, List, Value
from auditor.finding import Location

_ATTRIBUTES = {
    "sid": "Sid",
    "effect": "Effect",
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}


def policy_document(data: Section) -> Datum:
    """The document of a data source, with the places of its attributes."""
    at = data.location
    version = data.get("version") or text("2012-10-17", at)
    own = [_statement(section) for section in islice(data.sections("statement"), MAX_PARTS)]
    statements: list[Datum] = []
    for more in (_others(data, "source_policy_documents"), own, _others(data, "override_policy_documents")):
        for statement in more:
            _merge(statements, statement)
    entries = (_entry("Version", version, at), _entry("Statement", List(tuple(statements), at), at))
    return Fields(entries, at)


def _others(data: Section, name: str) -> Iterator[Datum]:
    """The statements of the documents that an attribute lists. One that isn't known says nothing."""
    documents = data.get(name)
    for document in documents.items if isinstance(documents, List) else ():
        arms = document.arms if isinstance(document, Choice) else (document,)
        for arm in arms:
            found = decoded(arm).datum if isinstance(arm, Value) else None
            statement = found.get("Statement") if isinstance(found, Fields) else None
            if statement is not None:
                yield from statement.items if isinstance(statement, List) else (statement,)


def _merge(statements: list[Datum], new: Datum) -> None:
    sid = _sid(new)
    same = [number for number, old in enumerate(statements) if sid and _sid(old) == sid]
    if same:
        statements[same[0]] = new
    else:
        statements.append(new)


def _sid(statement: Datum) -> str | None:
    sid = statement.get("Sid") if isinstance(statement, Fields) else None
    return sid.text if isinstance(sid, Value) else None


def _statement(section: Section) -> Datum:
    at = section.location
    entries = [
        _entry(name, datum, section.place_of(attribute))
        for attribute, name in _ATTRIBUTES.items()
        if (datum := section.get(attribute)) is not None
    ]
    if section.get("effect") is None:
        entries.append(_entry("Effect", text("Allow", at), at))
    for kind, name in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        principals = list(islice(section.sections(kind), MAX_PARTS))
        if principals:
            entries.append(_entry(name, _principals(principals), principals[0].location))
    conditions = _conditions(section)
    if conditions.entries:
        entries.append(_entry("Condition", conditions, conditions.location))
    return Fields(tuple(entries), at)


def _principals(sections: list[Section]) -> Datum:
    found: dict[str, list[Datum]] = {}
    places: dict[str, Location] = {}
    for section in sections:
        kind, identifiers = section.text("type"), section.get("identifiers")
        if kind is not None and identifiers is not None:
            found.setdefault(kind.shown, []).append(_variables_of_aws(identifiers))
            places.setdefault(kind.shown, section.location)
    anybody = found.get("*", [])
    at = sections[0].location
    if len(found) == 1 and len(anybody) == 1 and _is_star(anybody[0]):
        return text("*", at)
    return Fields(
        tuple(_entry(kind, List(tuple(ids), places[kind]), places[kind]) for kind, ids in found.items()), at
    )


def _is_star(identifiers: Datum) -> bool:
    items = identifiers.items if isinstance(identifiers, List) else (identifiers,)
    return [item.text if isinstance(item, Value) else None for item in items] == ["*"]


def _conditions(statement: Section) -> Fields:
    found: dict[tuple[str, str], list[Datum]] = {}
    places: dict[tuple[str, str], tuple[Value, Value, Location]] = {}
    at = statement.location
    for section in islice(statement.sections("condition"), MAX_PARTS):
        test, variable = section.text("test"), section.text("variable")
        values = section.get("values")
        place = section.place_of("values")
        unclear = test is None or variable is None or values is None
        if unclear or section.only_if:
            test = test or hole("test", section.location)
            variable = hole(section.only_if or "a condition", section.location)
        assert test is not None
        assert variable is not None
        key = (test.shown, variable.shown)
        found.setdefault(key, []).append(_variables_of_aws(values or List((), place)))
        places.setdefault(key, (test, variable, place))
    operators: dict[str, list[Field]] = {}
    for key, lists in found.items():
        test, variable, place = places[key]
        values = lists[0] if len(lists) == 1 else List(tuple(lists), place)
        operators.setdefault(key[0], []).append(Field(variable, values, place))
    tests = {test.shown: test for test, _, _ in places.values()}
    entries = (
        Field(tests[name], Fields(tuple(fields), at), fields[0].location)
        for name, fields in operators.items()
    )
    return Fields(tuple(entries), at)


def _variables_of_aws(datum: Datum) -> Datum:
    """`&{aws:username}` is how a document writes what AWS is to fill in."""
    if isinstance(datum, Value):
        return (
            by_part(lambda part: part.replace("&{", "${"), datum, datum.location)
            if "&{" in datum.shown
            else datum
        )
    if isinstance(datum, List):
        return List(tuple(_variables_of_aws(item) for item in datum.items), datum.location)
    return datum


def _entry(name: str, datum: Datum, at: Location) -> Field:
    return Field(text(name, at), datum, at)
