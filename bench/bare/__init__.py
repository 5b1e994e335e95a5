"""A night without Strata: hand-written DuckDB SQL in one process, over the same landing files."""
