"""GitHub's interfaces: a client, files of repositories, and uploads to code scanning."""
