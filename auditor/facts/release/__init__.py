"""How releases are made, and what stands before them."""
