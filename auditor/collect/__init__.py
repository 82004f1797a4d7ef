"""Which files belong to an audit, and what became of the others."""
