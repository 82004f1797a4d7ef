"""Repositories' files, by GitHub's interfaces or by git."""
