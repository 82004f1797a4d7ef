"""Where secrets go, and whether they are still masked there."""
