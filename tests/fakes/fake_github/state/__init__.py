"""What a GitHub holds: owners, repositories, settings, uploads, an App and the log of requests."""
