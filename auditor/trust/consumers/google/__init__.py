"""How Google reads a workload identity provider, and the members of IAM bindings."""
