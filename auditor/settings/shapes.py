"""How each type of a setting stands in JSON: what reads it, its schema, and how it is written.

It imports pydantic, which takes longer than most repositories take to audit.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import MappingProxyType, NoneType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import pydantic
from pydantic import AfterValidator, BaseModel, ConfigDict

from auditor.model.settings import Host, NameOf, in_file

Json = dict[str, Any]


class Strict(BaseModel):
    """Reads an object with these keys and no others, and takes no value for another type's."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Shape(NamedTuple):
    """What a type is in JSON."""

    reads: Any
    """What pydantic reads as it; the value is the record's, not JSON's."""
    schema: Json


_PLAIN = {
    bool: Shape(bool, {"type": "boolean"}),
    int: Shape(Annotated[int, pydantic.Field(ge=0)], {"type": "integer", "minimum": 0}),
    str: Shape(str, {"type": "string"}),
}


@cache
def shape_of(hint: Any) -> Shape:
    """The shape of a type, as a record's annotation names it. Raises `TypeError` for one that isn't known."""
    args = get_args(hint)
    origin = get_origin(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, type) and is_dataclass(hint):
        return Shape(_reader(hint), {"$ref": f"#/$defs/{hint.__name__}"})
    if origin is Literal or (isinstance(hint, type) and issubclass(hint, Enum)):
        words = {str(each): each for each in args or hint}
        return Shape(Annotated[Literal[tuple(words)], AfterValidator(words.get)], {"enum": [*words]})
    if args[1:] == (NoneType,):
        known = shape_of(args[0])
        return Shape(known.reads | None, known.schema)
    if origin is Annotated and isinstance(args[1], NameOf):
        return Shape(Annotated[str, AfterValidator(args[1].fold)], {"type": "string"})
    if origin is frozenset or (origin is tuple and args[1:] == (...,)):
        item = shape_of(args[0])
        reads = origin[item.reads, ...] if origin is tuple else origin[item.reads]
        is_text = item.schema == {"type": "string"}
        return Shape(reads, {"$ref": "#/$defs/names"} if is_text else {"type": "array", "items": item.schema})
    if origin is Mapping and get_origin(args[0]) is Annotated:
        return mapping(get_args(args[0])[1], shape_of(args[1]))
    raise TypeError(f"no setting can be a {hint}")


def mapping(name: NameOf, item: Shape) -> Shape:
    """The shape of an object whose keys are such names."""
    reads = Annotated[dict[str, item.reads], AfterValidator(_keys(name))]  # type: ignore[name-defined]
    return Shape(reads, {"type": "object", "additionalProperties": item.schema})


def members(record: type) -> dict[str, Shape]:
    """The shapes of a record's fields that stand in a file, by name."""
    hints = get_type_hints(record, include_extras=True)
    return {each.name: shape_of(hints[each.name]) for each in in_file(record)}


def is_required(field: Field[Any]) -> bool:
    """Whether a file must have it."""
    return field.default is MISSING and field.default_factory is MISSING


def plain(value: object) -> Any:
    """A value as JSON has it. What a record's field is by default isn't in it."""
    if isinstance(value, Enum | Host | date):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if is_dataclass(value):
        held = ((each, getattr(value, each.name)) for each in in_file(value))
        return {each.name: plain(item) for each, item in held if item != _default(each)}
    return value


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _reader(record: type) -> Any:
    shapes = members(record)
    keys: Json = {
        each.name: (shapes[each.name].reads, ... if is_required(each) else None) for each in in_file(record)
    }
    model = pydantic.create_model(record.__name__, __base__=Strict, **keys)

    def made(read: BaseModel) -> Any:
        return record(**{name: getattr(read, name) for name in read.model_fields_set})

    return Annotated[model, AfterValidator(made)]


def _keys(name: NameOf) -> Callable[[dict[str, Any]], Mapping[str, Any]]:
    """Checks that keys are names of that kind, each once, and folds them."""

    def check(items: dict[str, Any]) -> Mapping[str, Any]:
        for key in items:
            if not re.fullmatch(name.pattern, key, re.ASCII):
                raise ValueError(f"`{key[:80]}` is no {name.what}")
        if len({key.lower() for key in items}) < len(items):
            raise ValueError(f"one {name.what} stands in it twice")
        return MappingProxyType({name.fold(key): item for key, item in items.items()})

    return check
