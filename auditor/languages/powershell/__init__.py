"""PowerShell, and cmd as far as it writes to the runner's files, to what it does with values."""
