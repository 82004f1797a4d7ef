"""What coding agents take as options, and what these mean."""
