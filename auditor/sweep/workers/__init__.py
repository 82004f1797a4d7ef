"""Where a sweep's work is done: processes of this machine, or a cluster."""
