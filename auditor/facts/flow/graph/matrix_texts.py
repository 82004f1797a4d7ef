"""What may give a value of a matrix its content."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.languages.yaml import Mapping, Node, Scalar, Sequence


def matrix_texts(matrix: Mapping | Scalar, name: str) -> Iterator[Node]:
    """Texts, and what holds them, in no order that means anything."""
    waiting: list[Node] = []
    if isinstance(matrix, Scalar):
        waiting.append(matrix)
    else:
        waiting += [entry.value for entry in matrix if entry.key.value.lower() == name]
        include = matrix.get("include")
        for row in include.items if isinstance(include, Sequence) else (include,):
            if isinstance(row, Mapping):
                waiting += [entry.value for entry in row if entry.key.value.lower() == name]
            elif row is not None:
                waiting.append(row)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Sequence):
            waiting.extend(node.items)
        elif isinstance(node, Mapping):
            waiting.extend(entry.value for entry in node)
