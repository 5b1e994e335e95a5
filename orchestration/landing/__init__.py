"""Landing files, read once, typed once, kept in `raw` with every row accounted for."""
