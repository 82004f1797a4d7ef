"""JavaScript as `actions/github-script` and `node` run it, to what it does with values."""

from auditor.languages.javascript.reader import read

__all__ = ["read"]
