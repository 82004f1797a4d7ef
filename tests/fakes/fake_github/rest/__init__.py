"""GitHub's REST interface over a world."""
