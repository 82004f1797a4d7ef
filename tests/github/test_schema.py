"""The project's queries against GitHub's schema: a slice of it here, and the whole where it is given.

`npm ci` in `published/` brings the whole; CI_AUDIT_GITHUB_SCHEMA names its `schema.graphql`.
"""

import os
from pathlib import Path

import graphql
import pytest

from auditor.github.api.client import GitHub
from auditor.github.contents import blobs
from auditor.github.contents.index import list_repositories
from fake_github import TOKEN, When, World, faults
from fake_github.graphql import graph
from fake_github.graphql.schema import OWN, all_documents, documents, slice_of

PUBLISHED = os.environ.get("CI_AUDIT_GITHUB_SCHEMA", "")
QUERIES = [*documents(), ("queries.graphql", graphql.parse(OWN.read_text(encoding="utf-8")))]
RULES = [rule for rule in graphql.specified_rules if rule is not graphql.NoUnusedFragmentsRule]
"""A fragment may be there for queries that are put together when they are asked."""


@pytest.fixture(scope="module")
def published():
    if not PUBLISHED:
        pytest.skip("CI_AUDIT_GITHUB_SCHEMA does not name the published schema")
    return graphql.build_schema(Path(PUBLISHED).read_text(encoding="utf-8"), assume_valid=True)


def test_there_are_queries():
    assert {"protection.py"} <= {place.partition(":")[0] for place, _ in QUERIES}


@pytest.mark.parametrize(("place", "query"), QUERIES, ids=[place for place, _ in QUERIES])
def test_a_query_is_valid(place, query):
    assert graphql.validate(graph.schema(), query, RULES) == []


@pytest.mark.parametrize(("place", "query"), QUERIES, ids=[place for place, _ in QUERIES])
def test_a_query_is_valid_at_github(place, query, published):
    assert graphql.validate(published, query, RULES) == []


def test_the_slice_is_of_the_published_schema(published):
    expected = slice_of(published, all_documents())
    assert graph.SLICE.read_text(encoding="utf-8") == expected, (
        "python -m fake_github.graphql.schema writes it anew"
    )


def test_the_slice_is_a_schema():
    assert graphql.validate_schema(graph.schema()) == []


def test_a_slice_holds_what_is_used_and_no_more():
    whole = graphql.build_schema(
        """
        "Everything" type Query { shop(id: ID! = 1, in: Where, old: Boolean): Item  other: Other }
        input Where { town: Town = OSLO }
        enum Town { OSLO BERGEN }
        interface Item { id: ID!  name(short: Boolean): String  price: Int }
        type Book implements Item { id: ID!  name(short: Boolean): String  price: Int  pages: [Page!]! }
        type Page { text: String  number: Int! }
        type Other { id: ID! }
        type Cup implements Item { id: ID!  name(short: Boolean): String  price: Int  colour: String }
        """
    )
    query = graphql.parse("query($w: Where) { shop(in: $w) { name ... on Book { pages { number } } } }")
    got = slice_of(whole, [query])
    assert [line for line in got.splitlines() if line and not line.startswith("#")] == [
        "type Book implements Item {",
        "  name: String",
        "  pages: [Page!]!",
        "}",
        "type Cup implements Item {",
        "  name: String",
        "}",
        "interface Item {",
        "  name: String",
        "}",
        "type Page {",
        "  number: Int!",
        "}",
        "type Query {",
        "  shop(in: Where): Item",
        "}",
        "enum Town {",
        "  BERGEN",
        "  OSLO",
        "}",
        "input Where {",
        "  town: Town = OSLO",
        "}",
    ]
    with pytest.raises(SystemExit, match="nope"):
        slice_of(whole, [graphql.parse("{ nope }")])


def test_queries_that_are_put_together_are_valid_at_github(serve, published):
    world = World()
    repository = world.add("acme", "shop", {".github/workflows/a.yml": "1", "b/c": "2"})
    texts = set()
    world.faults.add(
        When(test=lambda request: texts.add(request.text) is None), faults.changed(lambda it: it)
    )
    github = GitHub(TOKEN, serve(world))
    entries = [entry for page, _ in list_repositories(github, "acme") for entry in page[0].entries]
    commit = world.commit_of(repository)
    wanted = [blobs.Wanted("acme/shop", oid) for oid in commit.objects]
    assert [entry.path for entry in entries] == [".github/workflows/a.yml"]
    assert {each.data for each in blobs.fetch(github, wanted)} >= {b"1", b"2"}
    assert [each.data for each in blobs.at_paths(github, "acme/shop", commit.oid, ["b/c"])] == [b"2"]
    texts.discard("")
    assert len(texts) == 3
    for text in texts:
        assert graphql.validate(published, graphql.parse(text)) == []
