"""`ci-audit`: who can start it, whose code then runs, with what power, and where the results go."""

__version__ = "0.1.0"
