"""Each kind of relying party as acceptors of tokens."""
