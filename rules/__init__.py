"""The policy: one file, one rule. A rule imports `auditor.api` and the standard library only."""
