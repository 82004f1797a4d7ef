"""Literal tables, each with its source and date."""
