"""Which tokens GitHub mints."""
