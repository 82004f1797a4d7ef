"""Which values a text with expressions may have."""
