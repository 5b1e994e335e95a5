"""The landing contract as data: tables, columns, types, and what makes two rows the same."""

from orchestration.landing_table import Column, Kind, LandingTable, RowRule


def _columns(*groups: tuple[Kind, str]) -> tuple[Column, ...]:
    """Read `(kind, "a* b c")` groups; a star marks a required column."""
    return tuple(
        Column(word.rstrip("*"), kind, is_required=word.endswith("*"))
        for kind, words in groups
        for word in words.split()
    )


TRANSACTION_TYPES = ("sale", "return", "cancellation", "fee", "adjustment")
SURVEYS = ("nps", "csat", "ces", "risk_profile", "needs", "psychographic")
IDENTIFIER_TYPES = ("email", "phone", "loyalty_card", "device", "household")
# Nobody is known to have lived longer than 122 years; system defaults such as 1900-01-01 have.
MAX_AGE_YEARS = 120
COORDINATES = (
    Column("latitude", "number", lowest=-90, highest=90),
    Column("longitude", "number", lowest=-180, highest=180),
)
RISK_LEVEL = Column("risk_level", "integer", lowest=1, highest=5)
# Of the question behind the Net Promoter Score (Reichheld 2003); 5 of 5 is no promoter's 9 or 10.
NPS_SCALE_MAX = 10

_TABLES = (
    LandingTable(
        name="customers",
        grain="customer",
        key=("customer_id",),
        version="updated_at",
        columns=(
            *_columns(
                ("id", "customer_id*"),
                ("at", "updated_at created_at"),
                ("text", "email phone first_name last_name"),
            ),
            Column("birth_date", "date", years_back=MAX_AGE_YEARS),
            *_columns(
                ("text", "age_band gender income_band education occupation marital_status"),
                ("integer", "household_size children_count"),
                ("text", "home_ownership country region city"),
                ("id", "postal_code"),
            ),
            *COORDINATES,
            *_columns(
                ("text", "loyalty_tier"),
                ("number", "loyalty_points"),
                ("at", "loyalty_enrolled_at"),
                ("text", "acquisition_channel"),
                ("money", "acquisition_cost"),
                (
                    "boolean",
                    "marketing_consent profiling_consent email_consent sms_consent ads_consent",
                ),
            ),
        ),
    ),
    LandingTable(
        name="transactions",
        grain="order line",
        key=("order_id", "line_id"),
        is_key_optional=True,
        identity=(
            "order_id",
            "customer_id",
            "ordered_at",
            "product_id",
            "amount",
            "quantity",
            "transaction_type",
        ),
        columns=(
            *_columns(
                ("id", "order_id* line_id customer_id"),
                ("at", "ordered_at*"),
                ("id", "product_id"),
                ("quantity", "quantity"),
                ("money", "amount* discount_amount coupon_amount cost_amount"),
                ("text", "currency channel"),
                ("id", "store_id"),
            ),
            Column("transaction_type", "code", allowed=TRANSACTION_TYPES),
            Column("original_order_id", "id"),
        ),
    ),
    LandingTable(
        name="products",
        grain="product",
        key=("product_id",),
        columns=(
            *_columns(
                ("id", "product_id*"),
                ("text", "name category subcategory department brand"),
                ("money", "unit_cost"),
            ),
            RISK_LEVEL,
        ),
    ),
    LandingTable(
        name="engagement_events",
        grain="event",
        key=("event_id",),
        is_key_optional=True,
        identity=("customer_id", "event_type", "occurred_at", "channel", "product_id"),
        columns=_columns(
            ("id", "event_id customer_id*"),
            ("text", "event_type*"),
            ("at", "occurred_at*"),
            ("text", "channel"),
            ("id", "campaign_id product_id"),
            ("text", "topic"),
            ("number", "duration_seconds value"),
            ("at", "resolved_at"),
        ),
    ),
    LandingTable(
        name="campaigns",
        grain="campaign",
        key=("campaign_id",),
        columns=_columns(
            ("id", "campaign_id*"),
            ("text", "name channel"),
            ("date", "starts_on ends_on"),
            ("text", "objective"),
            ("money", "cost_amount"),
        ),
    ),
    LandingTable(
        name="campaign_assignments",
        grain="campaign and customer",
        key=("campaign_id", "customer_id"),
        columns=_columns(
            ("id", "campaign_id* customer_id*"),
            ("text", "arm*"),
            ("at", "assigned_at*"),
            ("boolean", "is_randomised"),
        ),
    ),
    LandingTable(
        name="survey_responses",
        grain="answer",
        identity=("customer_id", "survey", "score", "responded_at", "question"),
        columns=(
            Column("customer_id", "id", is_required=True),
            Column("survey", "code", is_required=True, allowed=SURVEYS),
            Column("question", "text"),
            Column("score", "number", is_required=True),
            Column("scale_max", "number"),
            Column("responded_at", "at", is_required=True),
        ),
        rules=(
            RowRule("other_scale", f"survey = 'nps' and scale_max <> {NPS_SCALE_MAX}"),
            RowRule(
                "bad_score",
                "score < 0 or score > "
                f"coalesce(scale_max, case when survey = 'nps' then {NPS_SCALE_MAX} end)",
            ),
        ),
    ),
    LandingTable(
        name="stores",
        grain="store",
        key=("store_id",),
        columns=(*_columns(("id", "store_id*"), ("text", "name* region city")), *COORDINATES),
    ),
    LandingTable(
        name="control_totals",
        grain="month",
        key=("month",),
        columns=_columns(("month", "month*"), ("money", "revenue*"), ("integer", "orders")),
    ),
    LandingTable(
        name="contracts",
        grain="contract",
        key=("contract_id",),
        columns=_columns(
            ("id", "contract_id* customer_id* product_id"),
            ("text", "status*"),
            ("date", "started_on* ended_on"),
            ("money", "monthly_amount"),
        ),
    ),
    LandingTable(
        name="holdings",
        grain="customer, product and day",
        key=("customer_id", "product_id", "held_on"),
        columns=(
            *_columns(
                ("id", "customer_id* product_id*"), ("date", "held_on*"), ("money", "balance*")
            ),
            RISK_LEVEL,
        ),
    ),
    LandingTable(
        name="credit_events",
        grain="event",
        identity=("customer_id", "event_type", "occurred_at", "days_past_due", "amount"),
        columns=_columns(
            ("id", "customer_id*"),
            ("text", "event_type*"),
            ("at", "occurred_at*"),
            ("integer", "days_past_due"),
            ("money", "amount"),
        ),
    ),
    LandingTable(
        name="identities",
        grain="identifier",
        key=("customer_id", "identifier_type", "identifier_value"),
        columns=(
            Column("customer_id", "id", is_required=True),
            Column("identifier_type", "code", is_required=True, allowed=IDENTIFIER_TYPES),
            Column("identifier_value", "id", is_required=True),
            Column("seen_at", "at"),
        ),
    ),
    LandingTable(
        name="referrals",
        grain="edge",
        key=("referrer_customer_id", "referred_customer_id"),
        columns=_columns(
            ("id", "referrer_customer_id* referred_customer_id*"), ("at", "referred_at*")
        ),
    ),
    LandingTable(
        name="erasure_requests",
        grain="request",
        key=("customer_id",),
        columns=_columns(("id", "customer_id*"), ("at", "requested_at*")),
    ),
)

LANDING: dict[str, LandingTable] = {table.name: table for table in _TABLES}
