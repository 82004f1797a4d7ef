"""Where untrusted text and secrets go, from context fields to scripts and outputs."""
