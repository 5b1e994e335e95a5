"""A Superset of one's own on the published tables, with the dashboard, on loopback."""
