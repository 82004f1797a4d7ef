"""GitHub's documents as frozen values that know their places; readers are tolerant."""
