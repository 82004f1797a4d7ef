"""Executes a query many times faster than graphql-core does, which checks the query and is the reference.

What a query selects of a type is worked out once; what is left for each object is to read attributes. The
result is the same, errors and their paths among it: a test compares.
Source: GraphQL specification of October 2021, chapter 6, "Execution".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import graphql
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.execution.values import (
    VariableValues,
    get_argument_values,
    get_directive_values,
    get_variable_values,
)

Complete = Callable[[Any], Any]


class Failure(Exception):
    """Something went wrong, and the nearest place where null may stand isn't reached yet."""

    def __init__(self, error: GraphQLError) -> None:
        super().__init__(error.message)
        self.error = error


@dataclass(slots=True)
class _Field:
    """What is to be done for a field of an object; an attribute that can be called takes `arguments`."""

    key: str
    name: str
    arguments: Mapping[str, Any]
    is_nullable: bool
    complete: Complete
    nodes: list[FieldNode]


@dataclass
class Execution:
    """One run of one operation. `errors` are those met so far."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: VariableValues
    errors: list[GraphQLError] = field(default_factory=list)
    path: list[str | int] = field(default_factory=list)
    """Where it is."""

    def object(self, sets: list[SelectionSetNode]) -> Complete:
        """What completes an object with these selections; each type's fields are worked out once."""
        plans: dict[str, list[_Field]] = {}
        path = self.path

        def complete(source: Any) -> dict[str, Any]:
            plan = plans.get(source.TYPE)
            if plan is None:
                plan = plans[source.TYPE] = self._plan(source.TYPE, sets)
            done: dict[str, Any] = {}
            depth = len(path)
            for each in plan:
                path.append(each.key)
                try:
                    value = getattr(source, each.name)
                    done[each.key] = each.complete(value(**each.arguments) if callable(value) else value)
                except GraphQLError as error:
                    self._failed(self.failure(error, each.nodes), each.is_nullable)
                    done[each.key] = None
                except Failure as failure:
                    self._failed(failure, each.is_nullable)
                    done[each.key] = None
                del path[depth:]
            return done

        return complete

    def failure(self, error: GraphQLError, nodes: list[FieldNode]) -> Failure:
        """What went wrong here."""
        return Failure(GraphQLError(error.message, nodes, path=[*self.path], extensions=error.extensions))

    def _failed(self, failure: Failure, is_nullable: bool) -> None:
        """Notes what failed where null may stand, or fails, too."""
        if not is_nullable:
            raise failure
        self.errors.append(failure.error)

    def _plan(self, name: str, sets: list[SelectionSetNode]) -> list[_Field]:
        kind = self.schema.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        found: dict[str, list[FieldNode]] = {}
        for each in sets:
            self._collect(kind, each, found)
        return [self._field(kind, key, nodes) for key, nodes in found.items()]

    def _field(self, kind: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> _Field:
        name = nodes[0].name.value
        if name == "__typename":
            return _Field(key, "TYPE", {}, False, str, nodes)
        definition = kind.fields[name]
        arguments = get_argument_values(definition, nodes[0], self.variables)
        complete = self._completion(definition.type, nodes)
        return _Field(key, name, arguments, graphql.is_nullable_type(definition.type), complete, nodes)

    def _collect(
        self, kind: GraphQLObjectType, selections: SelectionSetNode, found: dict[str, list[FieldNode]]
    ) -> None:
        """The fields that are asked of a type, by their keys."""
        for each in selections.selections:
            if not self._is_included(each):
                continue
            if isinstance(each, FieldNode):
                found.setdefault(each.alias.value if each.alias else each.name.value, []).append(each)
                continue
            inner: InlineFragmentNode | FragmentDefinitionNode
            if isinstance(each, FragmentSpreadNode):
                inner = self.fragments[each.name.value]
            else:
                assert isinstance(each, InlineFragmentNode)
                inner = each
            if inner.type_condition is None or self._is(kind, inner.type_condition.name.value):
                self._collect(kind, inner.selection_set, found)

    def _is(self, kind: GraphQLObjectType, condition: str) -> bool:
        wanted = self.schema.type_map[condition]
        return wanted is kind or (graphql.is_abstract_type(wanted) and self.schema.is_sub_type(wanted, kind))

    def _is_included(self, node: graphql.SelectionNode) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(graphql.GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(graphql.GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and not (include and not include["if"])

    def _completion(self, kind: Any, nodes: list[FieldNode]) -> Complete:
        """What makes an answer of a value of that type; it raises where the value is none."""
        if graphql.is_non_null_type(kind):
            return self._present(self._completion(kind.of_type, nodes), nodes)
        if graphql.is_list_type(kind):
            return self._list(kind.of_type, nodes)
        if graphql.is_leaf_type(kind):
            return self._leaf(kind, nodes)
        complete = self.object([node.selection_set for node in nodes if node.selection_set])
        return lambda value: None if value is None else complete(value)

    def _present(self, complete: Complete, nodes: list[FieldNode]) -> Complete:
        def present(value: Any) -> Any:
            done = complete(value)
            if done is None:
                raise self.failure(GraphQLError("Cannot return null for a non-nullable field."), nodes)
            return done

        return present

    def _list(self, kind: Any, nodes: list[FieldNode]) -> Complete:
        complete, is_nullable = self._completion(kind, nodes), graphql.is_nullable_type(kind)

        def each(values: Any) -> list[Any] | None:
            if values is None:
                return None
            done = []
            depth = len(self.path)
            for number, value in enumerate(values):
                self.path.append(number)
                try:
                    if isinstance(value, GraphQLError):
                        raise self.failure(value, nodes)
                    done.append(complete(value))
                except Failure as failure:
                    self._failed(failure, is_nullable)
                    done.append(None)
                del self.path[depth:]
            return done

        return each

    def _leaf(self, kind: Any, nodes: list[FieldNode]) -> Complete:
        plain = {"Int": int, "Boolean": bool, "String": str, "ID": str}.get(kind.name)

        def leaf(value: Any) -> Any:
            if value is None or type(value) is plain:
                return value
            try:
                return kind.serialize(value)
            except GraphQLError as error:
                raise self.failure(error, nodes) from None

        return leaf


def execute(
    schema: GraphQLSchema,
    document: DocumentNode,
    root: Any,
    variables: Mapping[str, Any] | None,
    operation_name: str | None,
) -> tuple[Any, list[GraphQLError]]:
    """The data and the errors of a query that is valid. Without data, nothing was executed."""
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if operation_name is not None:
        operations = [each for each in operations if each.name and each.name.value == operation_name]
    if len(operations) != 1:
        return None, [GraphQLError("A query must name one of its operations.")]
    values = get_variable_values(schema, operations[0].variable_definitions or (), dict(variables or {}))
    if isinstance(values, list):
        return None, values
    fragments = {
        each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
    }
    run = Execution(schema, fragments, values)
    try:
        return run.object([operations[0].selection_set])(root), run.errors
    except Failure as failure:
        return None, [*run.errors, failure.error]
