"""Where a repository's settings matter to its jobs."""
