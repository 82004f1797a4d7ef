"""GitHub's interfaces: a client, and the settings that are read with it. Imported late."""
