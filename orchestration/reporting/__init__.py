"""The page of a night for people who read rather than query."""
