"""Artifacts and caches that outsiders' runs write and trusted runs use."""
