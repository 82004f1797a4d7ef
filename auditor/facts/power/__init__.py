"""What a job may do, and which of it its steps need."""
