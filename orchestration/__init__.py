"""Input and output of the night: landing, dbt, Dagster, publishing and the command line."""
