"""Sets of claim values as automata, and the shortest text in one."""
