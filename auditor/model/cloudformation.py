"""CloudFormation's functions in a template, in both spellings (`!Sub`, `Fn::Sub`).

What they refer to outside the text is a hole: AWS CloudFormation User Guide, "Intrinsic function reference".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.model.policy_value import Hole, Part, Value, merged
from auditor.tree import Mapping, Node, Scalar, Sequence

_VARIABLE = re.compile(r"\$\{(!?)([^${}]*)\}")
_TAG = re.compile(r"(?:&\S+\s+)?!(\w+)")
_PLAIN_PATTERN = re.compile(r"\^?\[[\w.\\:/@-]+\](?:[+*]|\{[\d,]+\})?\$?")


class Template:
    """What a CloudFormation template says of the names that its functions refer to."""

    def __init__(self, root: Node | None) -> None:
        self._parameters = _section(root, "Parameters")
        self._resources = _section(root, "Resources")

    def values(self, node: Node) -> tuple[Value, ...] | None:
        """A text, or a list of texts; None where something else stands there."""
        if isinstance(node, Sequence) and function_of(node) is None:
            found = [self.values(item) for item in node]
            return None if None in found else tuple(value for values in found for value in values or ())
        if isinstance(node, Scalar) and node.is_null and node.tag is None:
            return None
        if isinstance(node, Mapping) and function_of(node) is None:
            return None
        return (Value(merged(self._parts(node)), node.location),)

    def _parts(self, node: Node) -> Iterator[Part]:
        function = function_of(node)
        argument = _argument(node)
        if function is None and isinstance(argument, Scalar):
            yield argument.value
        elif function == "Ref" and isinstance(argument, Scalar):
            yield from self._referred(argument.value)
        elif function == "GetAtt":
            yield from self._referred(_attribute_owner(argument))
        elif function == "Sub":
            yield from self._substituted(argument)
        elif function == "Join" and isinstance(argument, Sequence) and len(argument) == 2:
            yield from self._joined_list(*argument.items)
        else:
            yield Hole(f"Fn::{function}")

    def _substituted(self, argument: Node) -> Iterator[Part]:
        own: Node | None = None
        if isinstance(argument, Sequence) and len(argument) == 2:
            argument, own = argument.items
        if not isinstance(argument, Scalar):
            yield Hole("Fn::Sub")
            return
        at = 0
        for match in _VARIABLE.finditer(argument.value):
            yield argument.value[at : match.start()]
            at = match.end()
            name = match[2].strip()
            given = own.get(name) if isinstance(own, Mapping) else None
            if match[1]:
                yield f"${{{match[2]}}}"
            elif isinstance(given, Scalar) and function_of(given) is None:
                yield given.value
            else:
                yield from self._referred(name)
        yield argument.value[at:]

    def _joined_list(self, delimiter: Node, items: Node) -> Iterator[Part]:
        values = self.values(items) if isinstance(items, Sequence) and function_of(items) is None else None
        if values is None or not isinstance(delimiter, Scalar):
            yield Hole("Fn::Join")
            return
        for number, value in enumerate(values):
            if number:
                yield delimiter.value
            yield from value.parts

    def _referred(self, name: str) -> Iterator[Part]:
        """What `Ref` or `${name}` gives. Of an identity provider in the same template it is the ARN."""
        provider = self._provider(name.removesuffix(".Arn"))
        yield self._parameter(name)
        if provider:
            yield f":oidc-provider/{provider}"

    def _parameter(self, name: str) -> Hole:
        parameter = self._parameters.get(name) if self._parameters else None
        if not isinstance(parameter, Mapping):
            return Hole(name, is_plain=name.startswith("AWS::"))
        default, pattern = parameter.get("Default"), parameter.get("AllowedPattern")
        return Hole(
            name,
            default.value if isinstance(default, Scalar) else None,
            isinstance(pattern, Scalar) and _PLAIN_PATTERN.fullmatch(pattern.value) is not None,
        )

    def _provider(self, name: str) -> str | None:
        resource = self._resources.get(name) if self._resources else None
        if not isinstance(resource, Mapping):
            return None
        kind, properties = resource.get("Type"), resource.get("Properties")
        if not (isinstance(kind, Scalar) and kind.value == "AWS::IAM::OIDCProvider"):
            return None
        url = properties.get("Url") if isinstance(properties, Mapping) else None
        if not isinstance(url, Scalar) or function_of(url) is not None:
            return None
        return url.value.removeprefix("https://")


def function_of(node: Node) -> str | None:
    """The CloudFormation function that `node` calls, without `Fn::` or `!`; None where it is itself.

    The tree keeps no tag on collections, so theirs is read from the text. What an alias of a
    collection is tagged with can't be seen, so it counts as the function `alias`.
    """
    if isinstance(node, Scalar):
        tagged = node.tag is not None and node.tag.startswith("!") and len(node.tag) > 1
        return node.tag[1:] if tagged and node.tag is not None else None
    written = node.source.text[node.start : node.start + 200]
    if written.startswith("*"):
        return "alias"
    if match := _TAG.match(written):
        return match[1]
    if isinstance(node, Mapping) and len(node.entries) == 1:
        key = node.entries[0].key.value
        return "Ref" if key == "Ref" else key[4:] if key.startswith("Fn::") else None
    return None


def _argument(node: Node) -> Node:
    if isinstance(node, Mapping) and len(node.entries) == 1:
        key = node.entries[0].key.value
        return node.entries[0].value if key == "Ref" or key.startswith("Fn::") else node
    return node


def _attribute_owner(argument: Node) -> str:
    if isinstance(argument, Sequence):
        return ".".join(item.value for item in argument if isinstance(item, Scalar))
    return argument.value if isinstance(argument, Scalar) else "Fn::GetAtt"


def _section(root: Node | None, name: str) -> Mapping | None:
    section = root.get(name) if isinstance(root, Mapping) else None
    return section if isinstance(section, Mapping) else None
