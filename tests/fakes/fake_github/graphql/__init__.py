"""GitHub's GraphQL interface over a world: its schema, its objects and how a query is executed."""
