"""The snapshot file's JSON schema: `python -m auditor.settings.schema` writes what it says of settings anew.

Only `$defs` is made, one definition for each record; what stands around it is written by hand.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from dataclasses import is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args, get_type_hints

from auditor.model.settings import Settings, in_file
from auditor.settings.shapes import Json, is_required, members

PATH = Path(__file__).parent.parent / "settings-v1.schema.json"
_WIDTH = 120


def schema_text() -> str:
    """The file's text, as it has to be."""
    names = {"type": "array", "items": {"type": "string"}}
    records = {record.__name__: definition(record) for record in records_in(Settings)}
    around = json.loads(PATH.read_text(encoding="utf-8"))
    return _text({**around, "$defs": {"names": names, **records}}) + "\n"


def records_in(hint: Any) -> Iterator[type]:
    """The records that a type consists of, the outer ones first."""
    inner = get_args(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        yield hint
        hints = get_type_hints(hint)
        inner = tuple(hints[each.name] for each in in_file(hint))
    for each in inner:
        yield from records_in(each)


def definition(record: type) -> Json:
    """The schema of one record: its fields, and what the texts below them say."""
    texts = _texts(record)
    required = [each.name for each in in_file(record) if is_required(each)]
    return {
        "description": (record.__doc__ or "").partition("\n")[0],
        "type": "object",
        "additionalProperties": False,
        **({"required": required} if required else {}),
        "properties": {
            name: {**({"description": texts[name]} if name in texts else {}), **shape.schema}
            for name, shape in members(record).items()
        },
    }


def _texts(record: type) -> dict[str, str]:
    """The text below each field that has one. Python keeps it in the source only."""
    (body,) = ast.parse(inspect.getsource(record)).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for pair in pairwise(body.body):
        match pair:
            case (ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text)))):
                found[name] = " ".join(text.split())
    return found


def _text(value: Any, indent: str = "", used: int = _WIDTH) -> str:
    """JSON, with an object on one line where it fits beside the columns that are used."""
    if not isinstance(value, dict):
        return json.dumps(value)
    line = f"{{ {', '.join(f'{json.dumps(key)}: {_text(item, used=0)}' for key, item in value.items())} }}"
    if used + len(line) <= _WIDTH:
        return line
    inner = f"{indent}  "
    keys = {key: f"{inner}{json.dumps(key)}: " for key in value}
    lines = (keys[key] + _text(item, inner, len(keys[key]) + 1) for key, item in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


if __name__ == "__main__":
    PATH.write_text(schema_text(), encoding="utf-8")
