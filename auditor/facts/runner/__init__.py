"""On whose machines jobs run, and who shares them."""
