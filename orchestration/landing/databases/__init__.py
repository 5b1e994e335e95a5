"""Landing from databases: their new rows as files in the landing folders."""
