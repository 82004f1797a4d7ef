"""JavaScript as `actions/github-script` and `node` run it, to what it does with values."""
