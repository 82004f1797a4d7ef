"""CloudFormation's functions in a template, in both spellings (`!Sub`, `Fn::Sub`).

What they refer to outside the text is a hole: AWS CloudFormation User Guide, "Intrinsic function
reference" and "Pseudo parameters reference". Either arm of an `Fn::If` may be deployed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from auditor.cloud.partial_values import by_part, chosen, combined, has_no_wildcard, hole, joined, text
from auditor.cloud.values import Datum, Field, Fields, Hole, List, Null, Part, Value
from auditor.finding import Location
from auditor.languages.yaml import Mapping, Node, Scalar, Sequence

_VARIABLE = re.compile(r"\$\{(!?)([^${}]*)\}")
_TAG = re.compile(r"(?:&\S+\s+)?!(\w+)")
_PLAIN_PATTERN = re.compile(r"\^?\[[\w.\\:/@-]+\](?:[+*]|\{[\d,]+\})?\$?")
_PROVIDERS = ("AWS::IAM::OIDCProvider", "Custom::AWSCDKOpenIdConnectProvider")
_NO_VALUE = "AWS::NoValue"


class StackTemplate:
    """What a CloudFormation template says of the names that its functions refer to."""

    def __init__(self, root: Node | None) -> None:
        self._parameters = _section(root, "Parameters")
        self._resources = _section(root, "Resources")
        self._mappings = _section(root, "Mappings")
        self._functions: dict[str, Callable[[Node, Location], Datum | None]] = {
            "FindInMap": self._found_in_map,
            "GetAtt": self._attribute,
            "If": self._either,
            "Join": self._joined_list,
            "Ref": self._reference,
            "Select": self._selected,
            "Split": self._split,
            "Sub": self._substituted,
        }

    def datum(self, node: Node) -> Datum:
        """What a node evaluates to, with every function in it worked out as far as the text allows."""
        function, at = function_of(node), node.location
        if function is not None:
            call = self._functions.get(function)
            made = call(_argument(node), at) if call else None
            return hole(f"Fn::{function}", at) if made is None else made
        if isinstance(node, Mapping):
            return Fields(tuple(self._field(entry.key, entry.value) for entry in node), at)
        if isinstance(node, Sequence):
            return List(tuple(self.datum(item) for item in node), at)
        assert isinstance(node, Scalar)
        return Null(at) if node.is_null and node.tag is None else Value((node.value,), at)

    def _field(self, key: Scalar, value: Node) -> Field:
        end = max(key.end, value.end)
        place = Location(key.source.path, key.source.span(key.start, end))
        return Field(Value((key.value,), key.location), self.datum(value), place)

    def _reference(self, argument: Node, at: Location) -> Datum | None:
        return self._referred(argument.value, at) if isinstance(argument, Scalar) else None

    def _attribute(self, argument: Node, at: Location) -> Datum | None:
        if isinstance(argument, Sequence):
            name = ".".join(item.value for item in argument if isinstance(item, Scalar))
        else:
            name = argument.value if isinstance(argument, Scalar) else ""
        return self._referred(name, at) if name else None

    def _either(self, argument: Node, at: Location) -> Datum | None:
        if not isinstance(argument, Sequence) or len(argument) != 3:
            return None
        return chosen((self.datum(arm) for arm in argument.items[1:]), at)

    def _substituted(self, argument: Node, at: Location) -> Datum | None:
        own: Node | None = None
        if isinstance(argument, Sequence) and len(argument) == 2:
            argument, own = argument.items
        if not isinstance(argument, Scalar):
            return None
        given = own if isinstance(own, Mapping) else None
        return combined(self._pieces(argument.value, given, at), at, lambda row: _concatenated(row, at))

    def _pieces(self, template: str, given: Mapping | None, at: Location) -> Iterator[Datum]:
        start = 0
        for match in _VARIABLE.finditer(template):
            yield text(template[start : match.start()], at)
            start = match.end()
            name = match[2].strip()
            own = given.get(name) if given else None
            if match[1]:
                yield text(f"${{{match[2]}}}", at)
            else:
                yield self.datum(own) if own is not None else self._referred(name, at)
        yield text(template[start:], at)

    def _joined_list(self, argument: Node, at: Location) -> Datum | None:
        if not isinstance(argument, Sequence) or len(argument) != 2:
            return None
        delimiter, items = argument.items
        found = self.datum(items)
        if not isinstance(delimiter, Scalar) or not isinstance(found, List):
            return None
        pieces: list[Datum] = []
        for item in found.items:
            pieces += [text(delimiter.value, at), item] if pieces else [item]
        return combined(pieces, at, lambda row: _concatenated(row, at))

    def _found_in_map(self, argument: Node, at: Location) -> Datum | None:
        """What a mapping holds. Under a key that isn't known it may be any of its values."""
        if not isinstance(argument, Sequence) or len(argument) < 3:
            return None
        found: list[Node] = [self._mappings] if self._mappings else []
        for step in argument.items[:3]:
            key = self.datum(step)
            name = key.by_default if isinstance(key, Value) else None
            found = [
                entry.value
                for node in found
                if isinstance(node, Mapping)
                for entry in node
                if name is None or entry.key.value == name
            ]
        return chosen((self.datum(node) for node in found), at) if found else None

    def _split(self, argument: Node, at: Location) -> Datum | None:
        if (
            not isinstance(argument, Sequence)
            or len(argument) != 2
            or not isinstance(argument.items[0], Scalar)
        ):
            return None
        whole, separator = self.datum(argument.items[1]), argument.items[0].value
        if not isinstance(whole, Value) or whole.text is None or not separator:
            return None
        return List(tuple(text(piece, at) for piece in whole.text.split(separator)), at)

    def _selected(self, argument: Node, _at: Location) -> Datum | None:
        if not isinstance(argument, Sequence) or len(argument) != 2:
            return None
        index, items = (self.datum(item) for item in argument.items)
        number = index.text if isinstance(index, Value) else None
        if not isinstance(items, List) or number is None or not number.isdecimal():
            return None
        return items.items[int(number[:9])] if int(number[:9]) < len(items.items) else None

    def _referred(self, name: str, at: Location) -> Datum:
        """What `Ref` or `${name}` gives. Of an identity provider in the same template it is the ARN."""
        if name == _NO_VALUE:
            return Null(at)
        provider = self._provider(name.removesuffix(".Arn"))
        if provider is None:
            return self._parameter(name, at)
        parts: tuple[Part, ...] = (Hole(name, is_plain=True), ":oidc-provider/", *provider.parts)
        return joined([Value(parts, at)], at)

    def _parameter(self, name: str, at: Location) -> Datum:
        """A parameter counts with its default. Of those that may have a few values only, it may be each."""
        parameter = self._parameters.get(name) if self._parameters else None
        if not isinstance(parameter, Mapping):
            return hole(name, at, is_plain=name.startswith("AWS::"))
        default, pattern = _scalar(parameter, "Default"), _scalar(parameter, "AllowedPattern")
        allowed = parameter.get("AllowedValues")
        if isinstance(allowed, Sequence) and allowed.items:
            texts = [text(item.value, item.location) for item in allowed if isinstance(item, Scalar)]
            first = [value for value in texts if value.text == default]
            return chosen((*first, *texts), at, name if first else None)
        plain = (
            _scalar(parameter, "Type") == "Number"
            or (default is not None and has_no_wildcard(default))
            or (pattern is not None and _PLAIN_PATTERN.fullmatch(pattern) is not None)
        )
        return hole(name, at, default=default, is_plain=plain)

    def _provider(self, name: str) -> Value | None:
        """The host and path of an identity provider of this template."""
        resource = self._resources.get(name) if self._resources else None
        if not isinstance(resource, Mapping) or _scalar(resource, "Type") not in _PROVIDERS:
            return None
        properties = resource.get("Properties")
        url = properties.get("Url") if isinstance(properties, Mapping) else None
        found = self.datum(url) if url is not None else None
        if not isinstance(found, Value):
            return None
        host = by_part(lambda part: part.removeprefix("https://"), found, found.location)
        return host if host.by_default is None else text(host.by_default, host.location)


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


def _section(root: Node | None, name: str) -> Mapping | None:
    section = root.get(name) if isinstance(root, Mapping) else None
    return section if isinstance(section, Mapping) else None


def _scalar(mapping: Mapping, name: str) -> str | None:
    node = mapping.get(name)
    return node.value if isinstance(node, Scalar) and function_of(node) is None else None


def _concatenated(pieces: tuple[Datum, ...], at: Location) -> Datum:
    """Texts in a row; what is no text is a hole in it."""
    values = [piece if isinstance(piece, Value) else hole("Fn::Sub", at) for piece in pieces]
    return joined(values, at)
