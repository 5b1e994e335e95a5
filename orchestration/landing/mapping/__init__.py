"""A shop's own export as it is: which file becomes which landing table, and by which rules."""
