"""One declaration is enough: what reads, writes and describes a record is made of its fields."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from auditor.errors import SettingsError
from auditor.model.settings import NameOf, RunnerGroup, Settings, VariableName, in_file
from auditor.model.snapshot import Snapshot
from auditor.settings.schema import PATH, definition, records_in
from auditor.settings.shapes import plain, shape_of
from auditor.settings.snapshot_file import dump_settings, read_settings

SCHEMA = jsonschema.Draft202012Validator(json.loads(PATH.read_text("utf-8")))
RECORDS = list(records_in(Settings))
ASCII = st.characters(codec="ascii")
SCALARS = {bool: st.booleans(), int: st.integers(0, 1000), str: st.text()}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that a setting can have."""
    args, origin = get_args(hint), get_origin(hint)
    if hint in SCALARS:
        return SCALARS[hint]
    if NoneType in args:
        return st.none() | values(args[0])
    if origin is Annotated:
        name: NameOf = args[1]
        pattern = re.compile(name.pattern)
        return st.from_regex(pattern, fullmatch=True, alphabet=ASCII).map(name.fold)
    if origin is tuple:
        return st.lists(values(args[0]), max_size=3).map(tuple)
    if origin is frozenset:
        return st.frozensets(values(args[0]), max_size=3)
    if origin is Mapping:
        return st.dictionaries(values(args[0]), values(args[1]), max_size=3)
    if origin is Literal or issubclass(hint, Enum):
        return st.sampled_from(args or list(hint))
    hints = get_type_hints(hint, include_extras=True)
    return st.builds(hint, **{each.name: values(hints[each.name]) for each in in_file(hint)})


@dataclass(frozen=True, slots=True)
class Colour:
    """What a repository is painted in."""

    name: str
    shades: tuple[int, ...] | None = None
    """How dark it may be."""


@dataclass(frozen=True, slots=True)
class More(Settings):
    """Settings with one more."""

    colours: Mapping[VariableName, Colour] | None = None
    """By name."""


def read(record: type, document: object) -> Any:
    return TypeAdapter(shape_of(record).reads).validate_json(json.dumps(document))


@settings(max_examples=50)
@given(own=values(Settings), shared=values(Settings))
def test_any_settings_are_the_same_behind_a_file(own: Settings, shared: Settings) -> None:
    own = Settings(**{each.name: getattr(own, each.name) for each in in_file(own)}, repository="Acme/Shop")
    snapshot = Snapshot("s.json", repositories={"acme/shop": own}, owners={"acme": shared})
    text = dump_settings(snapshot)
    assert read_settings("s.json", text) == snapshot
    SCHEMA.validate(json.loads(text))


@pytest.mark.parametrize("record", RECORDS)
def test_every_field_of_a_record_is_read_and_described(record: type) -> None:
    names = [each.name for each in in_file(record)]
    model = get_args(shape_of(record).reads)[0]
    described = SCHEMA.schema["$defs"][record.__name__]
    assert list(model.model_fields) == list(described["properties"]) == names
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    assert set(described.get("required", ())) == required


def test_all_records_are_known() -> None:
    assert {record.__name__ for record in RECORDS} == {*SCHEMA.schema["$defs"]} - {"names"}
    assert len(RECORDS) == 5


@settings(max_examples=50)
@given(values(More))
def test_a_new_field_needs_nothing_but_its_declaration(more: More) -> None:
    assert read(More, plain(more)) == more


def test_a_new_field_is_described_by_its_type_and_the_text_below_it() -> None:
    assert definition(Colour) == {
        "description": "What a repository is painted in.",
        "type": "object",
        "additionalProperties": False,
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "shades": {
                "description": "How dark it may be.",
                "type": "array",
                "items": {"type": "integer", "minimum": 0},
            },
        },
    }
    assert definition(More)["properties"]["colours"] == {
        "description": "By name.",
        "type": "object",
        "additionalProperties": {"$ref": "#/$defs/Colour"},
    }
    assert list(records_in(More))[-1] is Colour


def test_a_new_field_is_read_as_strictly_as_the_others() -> None:
    assert read(More, {"colours": {"red": {"name": "R"}}}).colours == {"RED": Colour("R")}
    nameless, dark = {"name": 1}, {"name": "R", "shades": [-1]}
    for wrong in ({"red": {}}, {"red": nameless}, {"red": dark}, {"": {"name": "R"}}):
        with pytest.raises(ValidationError):
            read(More, {"colours": wrong})


@pytest.mark.parametrize(
    "hint",
    [
        float,
        object,
        list[str],
        Mapping[str, str],
        str | None | int,
        tuple[str, int],
        tuple[str],
        Annotated[int, 1],
    ],
)
def test_a_type_that_no_file_knows_is_refused_when_the_record_is_made(hint: Any) -> None:
    with pytest.raises(TypeError, match="no setting can be"):
        shape_of(hint)


@given(st.text(min_size=1, max_size=80))
def test_an_unknown_key_is_refused_with_its_name(key: str) -> None:
    group = {"name": "a", "public_repositories": True}
    parts: list[tuple[type, str, dict[str, Any]]] = [
        (Settings, key, {key: 1}),
        (RunnerGroup, f"runner_groups.0.{key}", {"runner_groups": [{**group, key: 1}]}),
    ]
    for record, place, part in parts:
        if key in {each.name for each in in_file(record)}:
            continue
        with pytest.raises(SettingsError) as error:
            read_settings("s.json", json.dumps({"version": 1, "owners": {"acme": part}}))
        assert f"`owners.acme.{place}`: there is no such key" in str(error.value)
