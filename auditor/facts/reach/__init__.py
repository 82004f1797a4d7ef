"""Who gets from an entry to a job, and past which gates."""
