"""What a job consists of: its steps, scripts, commands, paths and expressions."""
