"""The ways into a workflow, and the gates that GitHub itself puts on them."""
