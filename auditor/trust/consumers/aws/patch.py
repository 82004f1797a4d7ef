"""The text of a trust policy with other subjects in the place of those that it takes."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from auditor.cloud.aws import Statement
from auditor.source import Point, Source
from auditor.trust.consumers.aws.semantics import OperatorKind, claim_of, operator_of
from auditor.trust.minting.issuer import Issuer

_KEY = re.compile(r'("(?:[^"\\]|\\.)*"\s*:\s*|\'[^\']*\'\s*:\s+|[^\s"\'{\[][^\s]*:\s+)')
"""A key of JSON or YAML with its colon. In Terraform the key stands elsewhere."""


def tightened(source: Source, statement: Statement, issuer: Issuer, subjects: Sequence[str]) -> str | None:
    """The file's text where the condition on `sub` takes `subjects` only; None where that takes a person.

    It does where there isn't just one such condition, or its operator takes no wildcard that is needed.
    """
    found = [one for one in statement.conditions if claim_of(one.key, issuer.name) == "sub"]
    if len(found) != 1 or not subjects or found[0].location.path != source.path:
        return None
    operator = operator_of(found[0].operator)
    takes_stars = operator.comparison is OperatorKind.GLOB
    if operator.is_negated or not (takes_stars or operator.comparison is OperatorKind.EXACT):
        return None
    if not takes_stars and any("*" in subject for subject in subjects):
        return None
    span = found[0].location.span
    start, end = _offset(source, span.start), _offset(source, span.end)
    key = _KEY.match(source.text, start, end)
    if key is None:
        return None
    value = json.dumps(subjects[0] if len(subjects) == 1 else list(subjects))
    return source.text[: key.end()] + value + source.text[end:]


def _offset(source: Source, point: Point) -> int:
    return source.line_starts[point.line - 1] + point.column - 1
