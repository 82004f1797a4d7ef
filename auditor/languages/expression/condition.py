"""The text of an `if:`, which is an expression even without `${{ }}`.

Source: `TemplateReader.cs` (`ParseScalar`) and `PipelineTemplateConverter.cs` (`ConvertToIfCondition`)
of actions/runner.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.languages.expression.functions import STATUS_FUNCTIONS
from auditor.languages.expression.lexer import BLANKS, Island, islands
from auditor.languages.expression.parser import parse
from auditor.languages.expression.syntax import Call, ExpressionError, Literal, Node, walk


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """What decides whether a job or step runs.

    `node` is None for an empty condition. Several islands, or text round them, become the call of
    `format` that GitHub makes of them: its first argument is the text, the others are the islands.
    `implicit_success` says that `success()` must hold, too. `always_true_text` says that there is
    text round the islands, so that the value is a string that is never empty, and so always true.
    """

    node: Node | None
    implicit_success: bool
    always_true_text: bool = False


def parse_condition(text: str, offset: int = 0) -> Condition:
    """The condition that `text` states. `offset` is where it starts in the text round it.

    Blanks count as text round an island, as at GitHub: a block scalar's last line break makes a
    condition always true. Raises `ExpressionError` for what GitHub refuses.
    """
    try:
        found = islands(text)
    except ExpressionError as error:
        raise ExpressionError(error.message, offset + error.offset) from None
    if not found:
        return _condition(text, offset)
    nodes = [parse(island.body, offset + island.body_start) for island in found]
    covered = sum(island.end - island.start for island in found)
    if len(nodes) > 1 or covered < len(text):
        template = Literal(offset, offset + len(text), _template(text, found))
        node = Call(offset, offset + len(text), "format", (template, *nodes))
        return Condition(node, not _tests_status(node), always_true_text=covered < len(text))
    (node_of_all,) = nodes
    if isinstance(node_of_all, Literal) and isinstance(node_of_all.value, str):
        # GitHub takes a lone string for the condition's own text: ${{ 'false' }} is false.
        return _condition(node_of_all.value, node_of_all.start + 1)
    return Condition(node_of_all, not _tests_status(node_of_all))


def _condition(text: str, offset: int) -> Condition:
    if not text.strip(BLANKS):
        return Condition(None, implicit_success=True)
    node = parse(text, offset)
    return Condition(node, not _tests_status(node))


def _tests_status(node: Node) -> bool:
    return any(isinstance(part, Call) and part.name in STATUS_FUNCTIONS for part in walk(node))


def _template(text: str, found: tuple[Island, ...]) -> str:
    pieces, end = [], 0
    for number, island in enumerate(found):
        pieces += [_escaped(text[end : island.start]), f"{{{number}}}"]
        end = island.end
    return "".join([*pieces, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
