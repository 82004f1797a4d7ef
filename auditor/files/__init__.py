"""Files, git folders and ignore patterns of a tree that nobody vouches for."""
