"""Conditions that do not hold back whom they should."""
