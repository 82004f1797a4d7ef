"""What well-known actions need, do and publish."""
