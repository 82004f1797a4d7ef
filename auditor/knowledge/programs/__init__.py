"""What programs in scripts do with tokens, files and text."""
