"""The Dagster assets of the night, one stage of the flow per module."""
