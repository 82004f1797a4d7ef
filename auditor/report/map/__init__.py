"""The boundary map as text, JSON and a page."""
