"""The audit of repositories: read, run the rules, report."""
