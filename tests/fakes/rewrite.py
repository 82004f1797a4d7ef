"""Workflows and actions written anew with changes: as plain block YAML, without comments and anchors."""

import json
from collections.abc import Callable

from auditor.languages import yaml
from auditor.languages.yaml import Mapping, Node, Scalar
from auditor.source import Source

Tree = dict[str, "Tree"] | list["Tree"] | str
"""A document as plain values; a text is YAML already, quoted where it must be."""


def rewritten(path: str, text: str, change: Callable[[Tree], None]) -> str:
    """The file after `change`. What isn't YAML, or no workflow or action, stays as it is."""
    if not path.endswith((".yml", ".yaml")):
        return text
    root = yaml.parse(Source(path, text)).root
    if not isinstance(root, Mapping) or not ("jobs" in root or "runs" in root):
        return text
    tree = _tree(root)
    change(tree)
    return "\n".join(_lines(tree)) + "\n"


def steps_of(tree: Tree) -> list[list[Tree]]:
    """The lists of steps of a workflow or action, those of `parallel` too."""
    owners = [*tree.get("jobs", {}).values(), tree.get("runs", {})]
    found = [owner["steps"] for owner in owners if isinstance(owner, dict) and "steps" in owner]
    inner = [step["parallel"] for steps in found for step in steps if "parallel" in step]
    return found + inner


def _tree(node: Node) -> Tree:
    if isinstance(node, Scalar):
        plain = node.is_plain and node.value.isprintable()
        return node.value if plain else json.dumps(node.value, ensure_ascii=False)
    if isinstance(node, Mapping):
        return {_tree(pair.key): _tree(pair.value) for pair in node}
    return [_tree(item) for item in node]


def _lines(tree: Tree) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    if not tree:
        return ["{}" if isinstance(tree, dict) else "[]"]
    lines = []
    for key, value in tree.items() if isinstance(tree, dict) else (("-", item) for item in tree):
        head = key if key == "-" else f"{key}:"
        below = _lines(value)
        if isinstance(value, str) or not value:
            lines.append(f"{head} {below[0]}".rstrip())
        elif key == "-":
            lines += [f"- {below[0]}", *(f"  {line}" for line in below[1:])]
        else:
            lines += [head, *(f"  {line}" for line in below)]
    return lines
