"""Cuts from GitHub's published schema the slice that the project's queries use.

`python -m fake_github.graphql.schema PUBLISHED`, with `tests/fakes` on Python's path, writes it anew;
PUBLISHED is `schema.graphql` of the npm package in tests/github/published.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import graphql
from graphql import DocumentNode, FragmentDefinitionNode, GraphQLNamedType, GraphQLSchema, TypeInfo, Visitor

from fake_github.graphql.graph import SLICE

ROOT = Path(__file__).parents[4]
ASKING = (ROOT / "auditor" / "github", ROOT / "auditor" / "settings" / "from_github")
"""Where the project's own queries are written."""

OWN = Path(__file__).with_name("queries.graphql")
"""Queries in the shape that the sweep asks, which the fake's own tests send."""

_FEW = 5
"""An interface with no more types than these has all of them in the slice."""

_HEAD = """\
# A slice of GitHub's public GraphQL schema: the types, fields and arguments that this project's queries use,
# without descriptions. Made by tests/fakes/fake_github/graphql/schema.py; not to be edited by hand.
# Source: npm @octokit/graphql-schema 15.26.1, schema.graphql (read 2026-11-25). MIT licence,
# copyright (c) GitHub 2025.

"""


def documents(folders: tuple[Path, ...] = ASKING) -> list[tuple[str, DocumentNode]]:
    """Each query of the packages, by file and line, with the fragments of its file that it needs."""
    found = []
    for path in sorted(path for folder in folders for path in folder.rglob("*.py")):
        parsed = [(line, text) for line, text in _texts(path)]
        fragments = {
            definition.name.value: definition
            for _, document in parsed
            for definition in document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        for line, document in parsed:
            whole = _with_fragments(document, fragments)
            found.append((f"{path.name}:{line}", whole))
    return found


def _texts(path: Path) -> Iterator[tuple[int, DocumentNode]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value.lstrip()
            if text.startswith(("query", "fragment", "{")):
                try:
                    yield node.lineno, graphql.parse(node.value)
                except graphql.GraphQLSyntaxError:
                    continue


def _with_fragments(document: DocumentNode, known: dict[str, FragmentDefinitionNode]) -> DocumentNode:
    """The document with the fragments that it spreads and doesn't define."""
    definitions = list(document.definitions)
    have = {each.name.value for each in definitions if isinstance(each, FragmentDefinitionNode)}
    wanted = [document]
    while wanted:
        for name in _spreads(wanted.pop()):
            if name in known and name not in have:
                have.add(name)
                definitions.append(known[name])
                wanted.append(DocumentNode(definitions=(known[name],)))
    return DocumentNode(definitions=tuple(definitions))


def _spreads(document: DocumentNode) -> list[str]:
    class Spreads(Visitor):
        def enter_fragment_spread(self, node: graphql.FragmentSpreadNode, *_: object) -> None:
            names.append(node.name.value)

    names: list[str] = []
    graphql.visit(document, Spreads())
    return names


class _Used(Visitor):
    """The fields, arguments and types that documents use."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self.fields: defaultdict[str, set[str]] = defaultdict(set)
        self.arguments: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self.others: set[str] = set()

    def enter_field(self, node: graphql.FieldNode, *_: object) -> None:
        parent, field = self._info.get_parent_type(), self._info.get_field_def()
        if parent is None or field is None:
            raise SystemExit(f"GitHub's schema has no field {node.name.value} of {parent}")
        if not node.name.value.startswith("__"):
            self.fields[parent.name].add(node.name.value)
            self.arguments[parent.name, node.name.value] |= {each.name.value for each in node.arguments or ()}

    def enter_named_type(self, node: graphql.NamedTypeNode, *_: object) -> None:
        self.others.add(node.name.value)


def slice_of(published: GraphQLSchema, queries: Iterable[DocumentNode]) -> str:
    """The slice, as text."""
    info = TypeInfo(published)
    used = _Used(info)
    for query in queries:
        graphql.visit(query, graphql.TypeInfoVisitor(info, used))
    names = _closure(published, used)
    parts = [_printed(published, published.type_map[name], used, names) for name in sorted(names)]
    return _HEAD + "\n\n".join(filter(None, parts)) + "\n"


def _closure(schema: GraphQLSchema, used: _Used) -> set[str]:
    """The names of all types of the slice; adds to `used` what interfaces ask of their types."""
    names = set(used.fields) | used.others
    while True:
        more = set(names)
        for name in names:
            kind = schema.type_map[name]
            if graphql.is_abstract_type(kind):
                types = schema.get_possible_types(kind)
                more |= {each.name for each in types} if len(types) <= _FEW else set()
                for each in types:
                    if each.name in more:
                        used.fields[each.name] |= used.fields[name]
                        for field in used.fields[name]:
                            used.arguments[each.name, field] |= used.arguments[name, field]
            more |= _mentioned(kind, used)
        if more == names:
            return names
        names = more


def _mentioned(kind: GraphQLNamedType, used: _Used) -> set[str]:
    """The types that a type's used fields and arguments are of."""
    if isinstance(kind, graphql.GraphQLInputObjectType):
        return {graphql.get_named_type(each.type).name for each in kind.fields.values()}
    found = set()
    if isinstance(kind, graphql.GraphQLObjectType | graphql.GraphQLInterfaceType):
        for name in used.fields[kind.name]:
            field = kind.fields[name]
            found.add(graphql.get_named_type(field.type).name)
            for argument in _used_fields(field, used.arguments[kind.name, name]):
                found.add(graphql.get_named_type(field.args[argument].type).name)
    return found


def _used_fields(field: graphql.GraphQLField, used: set[str]) -> list[str]:
    return [name for name, each in field.args.items() if name in used or graphql.is_required_argument(each)]


def _printed(schema: GraphQLSchema, kind: GraphQLNamedType, used: _Used, names: set[str]) -> str:
    if graphql.is_specified_scalar_type(kind):
        return ""
    if isinstance(kind, graphql.GraphQLObjectType | graphql.GraphQLInterfaceType):
        word = "type" if isinstance(kind, graphql.GraphQLObjectType) else "interface"
        interfaces = sorted(each.name for each in kind.interfaces if each.name in names)
        implements = f" implements {' & '.join(interfaces)}" if interfaces else ""
        lines = [
            f"  {name}{_arguments(field, used.arguments[kind.name, name])}: {field.type}"
            for name, field in sorted(kind.fields.items())
            if name in used.fields[kind.name]
        ]
        # A type without a field isn't allowed; its name alone is asked of this one.
        lines = lines or [f"  {name}: {field.type}" for name, field in kind.fields.items() if name == "id"]
        return f"{word} {kind.name}{implements} {{\n" + "\n".join(lines) + "\n}"
    if isinstance(kind, graphql.GraphQLUnionType):
        members = sorted(each.name for each in kind.types if each.name in names)
        return f"union {kind.name} = {' | '.join(members)}"
    if isinstance(kind, graphql.GraphQLEnumType):
        return f"enum {kind.name} {{\n" + "\n".join(f"  {value}" for value in sorted(kind.values)) + "\n}"
    if isinstance(kind, graphql.GraphQLInputObjectType):
        lines = [f"  {name}: {field.type}{_default(field)}" for name, field in sorted(kind.fields.items())]
        return f"input {kind.name} {{\n" + "\n".join(lines) + "\n}"
    return f"scalar {kind.name}"


def _arguments(field: graphql.GraphQLField, used: set[str]) -> str:
    shown = [
        f"{name}: {field.args[name].type}{_default(field.args[name])}" for name in _used_fields(field, used)
    ]
    return f"({', '.join(shown)})" if shown else ""


def _default(argument: graphql.GraphQLArgument | graphql.GraphQLInputField) -> str:
    node = argument.ast_node and argument.ast_node.default_value
    return f" = {graphql.print_ast(node)}" if node else ""


def all_documents() -> list[DocumentNode]:
    """The package's queries, and the fake's own."""
    own = graphql.parse(OWN.read_text(encoding="utf-8"))
    return [document for _, document in documents()] + [own]


def main() -> None:
    published = graphql.build_schema(Path(sys.argv[1]).read_text(encoding="utf-8"), assume_valid=True)
    SLICE.write_text(slice_of(published, all_documents()), encoding="utf-8")


if __name__ == "__main__":
    main()
