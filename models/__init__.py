"""The mathematics of the night: pure functions over frames, free of Dagster, dbt and DuckDB."""
