"""What a rule is, which rules there are, and how they are run."""
