"""One scan's result as text, JSON and SARIF."""
