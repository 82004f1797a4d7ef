"""Who is let on: checks of somebody's access in scripts and by actions, and the gates that they are."""
