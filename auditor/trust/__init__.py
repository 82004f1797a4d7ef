"""The algebra of OIDC trust: what GitHub mints, what a cloud's policy accepts, and a witness for both."""
