"""Python in `shell: python` and `python -c`, to what it does with values."""

from auditor.languages.python.reader import read

__all__ = ["read"]
