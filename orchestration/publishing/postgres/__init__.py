"""The published tables in a Postgres schema, whose readers never wait and always see one night."""

from orchestration.publishing.postgres.connection import PostgresError
from orchestration.publishing.postgres.replace import PostgresIssue, publish_to_postgres

__all__ = ["PostgresError", "PostgresIssue", "publish_to_postgres"]
