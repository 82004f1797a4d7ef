"""Who gets past a policy, and with which token."""
