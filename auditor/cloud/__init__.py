"""What takes tokens of GitHub Actions, read from policies and infrastructure code of any cloud."""
