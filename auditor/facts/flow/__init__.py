"""Where untrusted text goes, from context fields to scripts."""
