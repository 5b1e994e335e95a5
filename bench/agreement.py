"""Whether Strata and the bare script came to the same figures."""

import argparse
import json
from pathlib import Path

import duckdb

from bench.bare.schemes import SCHEMES

# Each query is put to both databases, with columns of the same name; rows that only one of them has
# are differences.
STRATA, BARE = "warehouse", "by_hand"

# Features that both have in a table of the same name, with the same columns.
FEATURES = {
    "features": (
        "customer_rfm",
        "recency_days, frequency, monetary, tenure_days, average_order_value, discount_share, "
        "return_share, gaps, gap_days, first_order_date, last_order_date",
    ),
    "behaviour features": (
        "customer_behaviour",
        "recency_days, lines_per_order_365d, active_months_365d, discount_share_365d, "
        "return_share_365d, department_breadth_365d, engagement_events_90d",
    ),
    "value": ("customer_value", "value_basis, value_365d"),
    "preferences": (
        "customer_preferences",
        "preferred_category, preferred_department, preferred_brand, preferred_channel, "
        "preferred_store, preferred_day_part, next_best_category, next_best_category_lift, "
        "categories_365d, departments_365d, brand_loyalty_share, mean_gap_days, gap_variation",
    ),
    "loyalty features": (
        "customer_loyalty",
        "active_periods, periods_since_last, median_gap_days, loyalty_group, profit_group",
    ),
    "channels": (
        "customer_channels",
        "main_channel, main_channel_orders, online_orders, store_orders, other_orders",
    ),
    "deals": (
        "customer_deals",
        "deal_lines, own_discount_share, expected_discount_share, deal_index, coupon_share, "
        "category_coverage_share",
    ),
    "engagement features": (
        "customer_engagement",
        "main_channel, engagement_score, main_channel_score, events_lately, "
        "negative_events_lately, days_since_engaged",
    ),
    "touches": (
        "customer_touches",
        "first_touch_channel, first_touch_campaign_id, first_touch_date, last_touch_channel, "
        "last_touch_campaign_id, last_touch_date, last_considered_date, last_review_date",
    ),
    "attitudes": (
        "customer_attitudes",
        "nps_score, nps_group, nps_days, csat_score, csat_scale_max, csat_share, csat_days, "
        "complaints, open_complaints",
    ),
    "advocacy": ("customer_advocacy", "nps_score, last_review_date, last_referral_date"),
    "referrals": (
        "customer_referrals",
        "referrals_made, successful_referrals, referred_spend_365d, is_referred, "
        "last_referral_date",
    ),
    "balances": (
        "customer_balances",
        "products, balance, balance_90d_ago, risk_balance, revealed_risk, held_date",
    ),
    "risk tolerances": ("risk_tolerances", "answers, risk_share, risk_class, age_days, is_expired"),
    "credit standings": (
        "credit_standings",
        "worst_days_past_due, open_days_past_due, last_event_days",
    ),
}
# What both say in the same words.
SAME = {
    "rows per file": "select source_table, file_name, rows_in, accepted, duplicates, superseded, "
    "rejected from core.landing_balance",
    "customer-days": "select customer_id, day, revenue, sale_amount, return_amount, "
    "discount_amount, coupon_amount, known_cost, known_cost_revenue, pieces, lines, sale_lines, "
    "orders_opened from core.customer_days",
    "attributes": "select customer_id, age_band, birthday_month from features.night_customers",
    **{
        name: f"select customer_id, {columns} from features.{table}"
        for name, (table, columns) in FEATURES.items()
    },
}
# What the two have by other names: the query for Strata, that for the bare script.
APART = {
    "places": (
        "select customer_id, preferred_store, preferred_store_orders, distance_km_band "
        "from segments.customer_places",
        "select customer_id, preferred_store, preferred_store_orders, distance_km_band "
        "from features.customer_places",
    ),
    "survey factors": (
        "select customer_id, factor, items, factor_mean, respondents, standard_score "
        "from segments.survey_factor_scores",
        "select customer_id, factor, items, factor_mean, respondents, standard_score "
        "from features.survey_factor_scores",
    ),
    "needs features": (
        "select customer_id, basis, need, next_need, lead, margin, answers, need_lines, "
        "coverage_share from segments.customer_needs where basis <> 'none'",
        "select customer_id, basis, need, next_need, lead, margin, answers, need_lines, "
        "coverage_share from features.customer_needs where basis <> 'none'",
    ),
    "rfm scores": (
        "select customer_id, r_score, f_score, m_score from features.rfm_scores",
        "select customer_id, r as r_score, f as f_score, m as m_score from segments.rfm",
    ),
    # Strata's score of `rfm` tells the place within a score, the bare script's does not.
    **{
        f"segments of {scheme}": (
            f"select {columns} from segments.customer_segments where scheme = '{scheme}' "
            "and as_of_date = (select as_of_date from ops.night)",
            f"select {columns} from segments.{scheme}",
        )
        for scheme in SCHEMES
        for columns in ["customer_id, scheme, segment_id" + ("" if scheme == "rfm" else ", score")]
    },
}
QUESTIONS = {**{name: (query, query) for name, query in SAME.items()}, **APART}


def differences(warehouse: Path, bare: Path) -> dict[str, dict[str, int]]:
    """Return for each question the rows of either side, and those that one side alone has.

    Numbers are compared as doubles rounded to six digits: the two sides may have typed them
    differently, and neither is told how the other did.
    """
    with duckdb.connect() as connection:
        # dbt names the database in its views, so that it has to be attached by its own name.
        connection.execute(f"attach '{warehouse}' as {STRATA} (read_only)")
        connection.execute(f"attach '{bare}' as {BARE} (read_only)")
        return {
            name: _compared(connection, strata, by_hand)
            for name, (strata, by_hand) in QUESTIONS.items()
        }


def _compared(connection: duckdb.DuckDBPyConnection, strata: str, by_hand: str) -> dict[str, int]:
    sides = {}
    for side, database, query in (("strata", STRATA, strata), ("bare", BARE, by_hand)):
        connection.execute(f"use {database}")
        columns = connection.execute(f"describe {query}").fetchall()
        compared = ", ".join(
            name if kind in ("VARCHAR", "DATE") else f"round({name}::double, 6) as {name}"
            for name, kind, *_ in columns
        )
        sides[side] = f"{side}_rows"
        connection.execute(
            f"create or replace temp table {side}_rows as select {compared} from ({query})"
        )
    return {
        "rows": _count(connection, "select count(*) from strata_rows"),
        "only_strata": _count(
            connection, "select count(*) from (from strata_rows except all from bare_rows)"
        ),
        "only_bare": _count(
            connection, "select count(*) from (from bare_rows except all from strata_rows)"
        ),
    }


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def main() -> None:
    """Compare two databases; prints the differences as JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.agreement", description=__doc__)
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("bare", type=Path)
    options = parser.parse_args()
    print(json.dumps(differences(options.warehouse, options.bare)))


if __name__ == "__main__":
    main()
