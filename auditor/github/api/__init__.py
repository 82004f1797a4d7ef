"""A client of GitHub's REST and GraphQL interfaces."""
