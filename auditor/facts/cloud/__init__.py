"""Which jobs exchange an id-token where, and who gets past the policy there."""
