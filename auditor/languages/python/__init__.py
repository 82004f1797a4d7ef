"""Python in `shell: python` and `python -c`, to what it does with values."""
