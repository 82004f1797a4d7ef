"""The policy file of a repository: what it may say, and how it is read."""
