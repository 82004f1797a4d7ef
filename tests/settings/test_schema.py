import json

import jsonschema

from auditor.settings.schema import PATH, schema_text


def test_the_schema_is_what_the_records_say() -> None:
    assert PATH.read_text("utf-8") == schema_text(), "`python -m auditor.settings.schema` writes it anew"


def test_the_schema_is_sound() -> None:
    schema = json.loads(PATH.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "urn:ci-audit:settings:v1"
    for definition in schema["$defs"].values():
        jsonschema.Draft202012Validator.check_schema({**schema, **definition})
