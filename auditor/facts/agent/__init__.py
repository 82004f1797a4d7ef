"""How coding agents are run, what they may do, and who can drive them."""
