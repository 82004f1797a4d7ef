"""Where values go: a sink is asked what arrives there, and the way is walked back to where each began."""
