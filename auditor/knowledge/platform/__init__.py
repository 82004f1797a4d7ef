"""GitHub's events, contexts, scopes and runners, and how they changed."""
