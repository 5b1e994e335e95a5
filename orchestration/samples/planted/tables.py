"""All landing tables that are planted, the largest first."""

from orchestration.samples.planted import catalogue, events, finance, profiles, surveys
from orchestration.samples.planted.events import events_sql
from orchestration.samples.planted.lines import lines_sql, transactions
from orchestration.samples.planted.orders import orders_sql
from orchestration.samples.planted.table import FATE_COLUMNS, PlantedTable

TABLES = (
    PlantedTable(
        "transactions",
        ".parquet",
        transactions,
        is_monthly=True,
        prepare={"orders": orders_sql, "lines": lines_sql},
        hidden=(*FATE_COLUMNS, "displaced_month", "displaced_amount"),
    ),
    PlantedTable(
        "engagement_events",
        ".parquet",
        events.engagement_events,
        is_monthly=True,
        prepare={"events": events_sql},
    ),
    PlantedTable("customers", ".parquet", profiles.customers),
    PlantedTable("identities", ".parquet", profiles.identities),
    PlantedTable("contracts", ".csv", finance.contracts),
    PlantedTable("holdings", ".parquet", finance.holdings, is_monthly=True),
    PlantedTable("survey_responses", ".parquet", surveys.survey_responses, is_monthly=True),
    PlantedTable("campaign_assignments", ".parquet", catalogue.campaign_assignments),
    PlantedTable("credit_events", ".csv.gz", finance.credit_events),
    PlantedTable("referrals", ".jsonl", profiles.referrals),
    PlantedTable("erasure_requests", ".csv", profiles.erasure_requests),
    PlantedTable("products", ".parquet", catalogue.products),
    PlantedTable("stores", ".csv", catalogue.stores),
    PlantedTable("campaigns", ".csv", catalogue.campaigns),
)
