"""Whose code lies on disk in a job, and what executes it."""
