"""AWS: role trust policies."""
