"""Uploads of results to GitHub code scanning."""
