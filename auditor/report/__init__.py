"""One module a format; each renders a `Report` and does nothing else."""
