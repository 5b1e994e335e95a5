"""What other people's dashboards need to read the published tables."""
