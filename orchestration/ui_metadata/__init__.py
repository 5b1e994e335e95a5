"""What the Dagster UI shows of a night beside its lineage: small tables, pictures, columns."""
