"""The state of sweeps: one SQLite file."""
