"""The audit of all repositories of an organisation: plan, fetch, store, run."""
