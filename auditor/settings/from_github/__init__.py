"""Settings read from GitHub, least requests first."""
