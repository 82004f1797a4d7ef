"""Settings of a repository: the snapshot file, and GitHub as its source."""
