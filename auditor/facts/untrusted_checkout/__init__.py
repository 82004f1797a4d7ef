"""An outsider's code on disk beside power."""
