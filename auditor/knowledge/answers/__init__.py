"""What commands, calls and actions answer: which field of which object is in it, and who wrote that."""
