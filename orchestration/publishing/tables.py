"""What must stand in a published night: tables, grains, columns that readers depend on."""

from dataclasses import dataclass

SCHEMA_VERSION = "4"
"""Goes up when a published table or column is added; none is ever renamed or taken away."""


@dataclass(frozen=True)
class Followers:
    """Columns whose value is the same wherever `leader` is; of few different values."""

    leader: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class PublishedTable:
    """One published table.

    Attributes
    ----------
    grain
        The columns that name one row.
    columns
        Further columns that readers depend on; others may stand beside them.
    is_latest
        Whether it holds the latest night alone, which a back-dated run leaves as it is. The others
        hold every night, or the files and days as they stand now.
    is_ordered
        Whether its rows are put in the order of the grain. Those of the two that have a row per
        customer and scheme stay as they were made: sorting their sentences costs more than all
        other tables, and scheme by scheme they take less room and are read alone.
    retold_in
        A relation of the warehouse with the table's rows of all nights, for one that a night run
        before it tells anew: the latest night's come from there on a back-dated run.
    """

    grain: tuple[str, ...]
    columns: tuple[str, ...]
    is_latest: bool = True
    is_ordered: bool = True
    followers: Followers | None = None
    retold_in: str | None = None

    @property
    def required_columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(("as_of_date", "run_id", *self.grain, *self.columns)))


def _table(
    grain: str,
    columns: str,
    *,
    is_latest: bool = True,
    is_ordered: bool = True,
    followers: Followers | None = None,
    retold_in: str | None = None,
) -> PublishedTable:
    return PublishedTable(
        tuple(grain.split()), tuple(columns.split()), is_latest, is_ordered, followers, retold_in
    )


PUBLISHED: dict[str, PublishedTable] = {
    "run_info": _table(
        "run_id",
        "published_at is_stale failed_as_of_date failed_at git_sha model_ids schema_version",
    ),
    "customer_360": _table(
        "customer_id",
        "recency_days frequency monetary r_score f_score m_score rfm_code is_low_confidence "
        "average_order_value tenure_days first_order_date last_order_date spend_365d margin_365d "
        "value_basis discount_share return_share p_alive churn_probability expected_orders_90d "
        "expected_spend_365d prediction_source value_prediction_source is_extrapolated "
        "birthday_month rfm_segment value_tier_segment lifecycle_segment behaviour_segment "
        "churn_risk_segment clv_tier_segment own_segments",
    ),
    "fct_customer_segments": _table(
        "customer_id scheme",
        "scheme_version segment_id segment_name score margin is_borderline next_segment_id "
        "reason_1 reason_2 reason_3",
        is_ordered=False,
        followers=Followers("scheme", ("run_id", "scheme_version")),
    ),
    "fct_segment_changes": _table(
        "customer_id scheme",
        "from_segment_id to_segment_id entry_reason",
        retold_in="segments.shown_changes",
    ),
    "fct_segment_history": _table(
        "customer_id scheme valid_from",
        "segment_id valid_to previous_segment_id entry_reason scheme_version",
        is_latest=False,
        is_ordered=False,
    ),
    "fct_segment_transitions": _table(
        "as_of_date scheme from_segment_id to_segment_id",
        "previous_as_of_date customers spend_365d",
        is_latest=False,
    ),
    "dim_segments": _table(
        "scheme segment_id",
        "segment_name segment_name_zh description description_zh rule_text rule_text_zh "
        "recommended_action recommended_action_zh offer offer_zh channel channel_zh message_angle "
        "message_angle_zh service_level service_level_zh contact_limit contact_limit_zh "
        "contact_limit_count contact_limit_days "
        "allowed_use allowed_use_zh forbidden_uses short_rule short_rule_zh "
        "rule_precision rule_recall typical_customer typical_customer_zh "
        "first_seen last_seen status status_reason successor_of",
    ),
    "fct_segment_profiles": _table(
        "as_of_date scheme segment_id",
        "customers customer_share spend_share median_recency_days median_frequency "
        "median_monetary top_features",
        is_latest=False,
    ),
    "fct_segment_feature_index": _table(
        "scheme segment_id feature", "mean base_mean index_vs_base"
    ),
    "fct_segment_categories": _table(
        "scheme segment_id category channel", "buyers penetration spend_share index_vs_base"
    ),
    "fct_segment_scorecard": _table(
        "as_of_date scheme segment_id",
        "customers customer_share spend_share next_90d_spend next_90d_orders effect_size "
        "effect_measure turnover_share reachable_share next_90d_buyers cramers_v_next_90d_order",
        is_latest=False,
    ),
    "fct_segment_attitudes": _table(
        "scheme segment_id", "answers nps nps_low nps_high csat_answers csat_mean"
    ),
    "fct_scheme_scorecard": _table(
        "as_of_date scheme",
        "segments customers measured_share smallest_customer_share effective_segments "
        "spend_concentration reachable_share eta_squared_next_90d_spend cramers_v_next_90d_order "
        "actionable_share turnover_share effect_as_of_date",
        is_latest=False,
    ),
    "fct_segment_crosstab": _table(
        "scheme_a segment_a scheme_b segment_b", "customers share_of_a lift spend_365d"
    ),
    "fct_model_runs": _table(
        "as_of_date model_id",
        "kind trained_on n_clusters verdict silhouette stability agreement_with_previous "
        "drift_max_psi decision decision_reason",
        is_latest=False,
    ),
    "fct_model_parameters": _table("model_id parameter", "kind estimate standard_error"),
    "fct_model_backtests": _table(
        "as_of_date target predictor metric",
        "held_out_date customers estimate estimate_low estimate_high",
        is_latest=False,
    ),
    "fct_cluster_candidates": _table(
        "as_of_date method n_clusters",
        "model_id silhouette stability separation verdict is_valid is_chosen reason",
        is_latest=False,
    ),
    "fct_segment_descents": _table(
        "as_of_date segment_id", "model_id event other_segment_id is_current", is_latest=False
    ),
    "fct_feature_drift": _table(
        "as_of_date model_id feature", "psi psi_limit is_drifted", is_latest=False
    ),
    "fct_data_quality": _table(
        "as_of_date check_name asset", "severity passed measured threshold", is_latest=False
    ),
    # A name may stand for several files, so their rows take part in the order.
    "fct_landing_balance": _table(
        "source_table file_name rows_in accepted duplicates superseded rejected",
        "",
        is_latest=False,
    ),
    "fct_rejected_rows": _table("source_table file_name reason", "rows", is_latest=False),
    "fct_daily_revenue": _table(
        "revenue_date", "revenue orders customers guest_revenue", is_latest=False
    ),
    "fct_cohort_retention": _table(
        "cohort_month month_number",
        "customers active_customers retention_share revenue",
    ),
    "fct_risk_mismatches": _table(
        "customer_id product_id", "holding_risk tolerance balance is_tolerance_expired"
    ),
}
"""Every table a published file must hold; a table beyond these is published too, in full order."""

SENTENCES = frozenset({"reason_1", "reason_2", "reason_3", "entry_reason"})
"""Columns of long texts that nearly all differ; the other texts are ids and names of few things."""
