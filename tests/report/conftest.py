"""A published night with the columns of the contract: 1,200 made-up customers of a shop."""

from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

NIGHT = date(2017, 12, 30)
PREVIOUS = date(2017, 12, 29)
YEAR_BEFORE = date(2017, 1, 4)
RFM = {
    (5, 1): "new", (5, 2): "potential_loyalist", (5, 3): "potential_loyalist",
    (5, 4): "champions", (5, 5): "champions", (4, 1): "promising",
    (4, 2): "potential_loyalist", (4, 3): "potential_loyalist", (4, 4): "loyal", (4, 5): "loyal",
    (3, 1): "about_to_sleep", (3, 2): "about_to_sleep", (3, 3): "need_attention",
    (3, 4): "loyal", (3, 5): "loyal", (2, 1): "hibernating", (2, 2): "hibernating",
    (2, 3): "at_risk", (2, 4): "at_risk", (2, 5): "cannot_lose", (1, 1): "lost", (1, 2): "lost",
    (1, 3): "at_risk", (1, 4): "at_risk", (1, 5): "cannot_lose",
}  # fmt: skip
NAMES = {
    "rfm.champions": ("Champions", "冠军客户"),
    "rfm.loyal": ("Loyal", "忠诚客户"),
    "rfm.cannot_lose": ("Cannot Lose", "不能流失客户"),
    "rfm.potential_loyalist": ("Potential Loyalist", "潜在忠诚客户"),
    "rfm.need_attention": ("Need Attention", "需关注客户"),
    "rfm.at_risk": ("At Risk", "流失风险客户"),
    "rfm.new": ("New", "新客户"),
    "rfm.promising": ("Promising", "有前景客户"),
    "rfm.about_to_sleep": ("About To Sleep", "即将沉睡客户"),
    "rfm.hibernating": ("Hibernating", "休眠客户"),
    "rfm.lost": ("Lost", "已流失客户"),
    "value_tier.high": ("High", "高价值"),
    "value_tier.medium": ("Medium", "中价值"),
    "value_tier.low": ("Low", "低价值"),
    "lifecycle.active": ("Active", "活跃"),
    "lifecycle.new": ("New", "新客"),
    "lifecycle.at_risk": ("At Risk", "有风险"),
    "lifecycle.dormant": ("Dormant", "沉睡"),
    "lifecycle.churned": ("Churned", "已流失"),
    "behaviour.b01": ("Frequent big baskets", "高频大单"),
    "behaviour.b02": ("Discount seekers", "折扣偏好"),
    "behaviour.b03": ("Occasional & <small>", "偶尔小单"),
    "behaviour.b04": ("Engaged readers", "高互动"),
}
FEATURES = {
    "recency_days": (20, 60, 180, 45),
    "orders_365d": (310, 120, 30, 90),
    "average_order_value": (140, 70, 60, 110),
    "lines_per_order_365d": (150, 90, 50, 100),
    "active_months_365d": (150, 110, 45, 100),
    "discount_share": (80, 260, 70, 95),
    "department_breadth_365d": (140, 105, 60, 100),
    "engagement_events_90d": (110, 130, 20, 420),
}


def customers(count: int) -> pd.DataFrame:
    """Draw customers with skewed spend, and score them as a night does."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"customer_id": [f"c{i:05}" for i in range(count)]})
    frame["frequency"] = rng.geometric(0.12, count)
    frame["recency_days"] = (rng.exponential(160, count) / np.sqrt(frame["frequency"])).astype(int)
    frame["spend_365d"] = np.round(frame["frequency"] * rng.lognormal(3.4, 0.6, count), 2)
    fifths = {"r_score": -frame["recency_days"], "f_score": frame["frequency"]}
    fifths["m_score"] = frame["spend_365d"]
    for score, values in fifths.items():
        frame[score] = np.ceil(values.rank(pct=True) * 5).astype(int)
    mean_score = np.floor((frame["f_score"] + frame["m_score"]) / 2 + 0.5).astype(int)
    codes = zip(frame["r_score"], mean_score, strict=True)
    frame["rfm_segment"] = ["rfm." + RFM[code] for code in codes]
    rank = frame["spend_365d"].rank(ascending=False, pct=True)
    tiers = np.select([rank <= 0.2, rank <= 0.5], ["high", "medium"], "low")
    frame["value_tier_segment"] = "value_tier." + pd.Series(tiers)
    recency = frame["recency_days"]
    stages = np.select(
        [recency > 300, recency > 120, recency > 60, frame["frequency"] == 1],
        ["churned", "dormant", "at_risk", "new"],
        "active",
    )
    frame["lifecycle_segment"] = "lifecycle." + pd.Series(stages)
    learned = rng.choice(["b01", "b02", "b03", "b04"], count, p=[0.3, 0.25, 0.35, 0.1])
    frame["behaviour_segment"] = "behaviour." + pd.Series(learned)
    return frame


def history_sql(night: str) -> str:
    """Return the statement that makes the stays: a year ago one half was loyal, the rest new.

    Of the loyal ones 5 are lost and 10 have left; 20 more came during the year; and `value_tier`,
    which began tonight, has no migration.
    """
    return f"""
        create table marts.fct_segment_history as
        with people as (
            select customer_id, rfm_segment, row_number() over (order by customer_id) as place
            from marts.customer_360
        ),
        then_loyal as (
            select customer_id, 'rfm.loyal' as segment_id, date '{YEAR_BEFORE}' - 40 as valid_from,
                case when place <= 5 then date '{PREVIOUS}' end as valid_to
            from people where place <= 600
        ),
        then_new as (
            select customer_id, 'rfm.new' as segment_id, date '{YEAR_BEFORE}' as valid_from,
                date '{YEAR_BEFORE}' + 30 as valid_to
            from people where place between 601 and 1180
        ),
        stays as (
            select * from then_loyal
            union all select customer_id, 'rfm.lost', date '{PREVIOUS}', null
            from people where place <= 5
            union all select * from then_new
            union all select customer_id, 'rfm.promising', valid_to, null from then_new
            union all select customer_id, 'rfm.champions', date '{YEAR_BEFORE}' + 7, null
            from people where place > 1180
            union all select 'gone' || n, 'rfm.loyal', date '{YEAR_BEFORE}' - 9, date '{NIGHT}'
            from range(10) as gone(n)
        )
        select {night}, 'rfm' as scheme, *, 'v1' as scheme_version from stays
        union all
        select {night}, 'value_tier', customer_id, 'value_tier.low', as_of_date, null, 'v1'
        from marts.customer_360
    """


def make_serving_file(
    path: Path,
    *,
    count: int = 1200,
    is_stale: bool = False,
    is_first_night: bool = False,
    is_low_confidence: bool = False,
    is_predicted: bool = False,
) -> Path:
    """Write a serving file of one night; the arguments name what is special about it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    people = customers(count)
    names = pd.DataFrame(
        [(place, key, *both) for place, (key, both) in enumerate(NAMES.items())],
        columns=["worth_rank", "segment_id", "segment_name", "segment_name_zh"],
    )
    index = pd.DataFrame(
        [
            (f"behaviour.b0{place}", feature, float(values[place - 1]))
            for feature, values in FEATURES.items()
            for place in (1, 2, 3, 4)
        ],
        columns=["segment_id", "feature", "index_vs_base"],
    )
    night = f"date '{NIGHT}' as as_of_date, 'run-7' as run_id"

    def predicted(value: str, otherwise: str) -> str:
        return value if is_predicted else otherwise

    with closing(duckdb.connect(str(path))) as connection:
        run = connection.execute
        connection.register("people", people)
        connection.register("names", names)
        connection.register("index_rows", index)
        run("create schema marts")
        run(
            f"create table marts.run_info as select {night}, '1' as schema_version, "
            f"timestamp '2017-12-31 07:31:00' as published_at, {is_stale} as is_stale, "
            f"case when {is_stale} then date '2017-12-31' end as failed_as_of_date"
        )
        run(
            f"create table marts.customer_360 as select {night}, * replace "
            "(spend_365d::decimal(18, 2) as spend_365d), "
            f"{is_low_confidence} as is_low_confidence, 'revenue' as value_basis, "
            "null::double as p_alive, "
            f"{predicted('0.1::double', 'null::double')} as churn_probability, "
            f"{predicted('100::decimal(18, 2)', 'null::decimal(18, 2)')} as expected_spend_365d, "
            f"'{predicted('model', 'none')}' as prediction_source, "
            f"'{predicted('baseline', 'none')}' as value_prediction_source, "
            f"{predicted('true', 'null::boolean')} as is_extrapolated, "
            "null::varchar as churn_risk_segment from people"
        )
        schemes = ["rfm", "value_tier", "lifecycle", "behaviour"]
        run(
            "create table marts.fct_segment_profiles as "
            + " union all ".join(
                f"select {night}, '{scheme}' as scheme, {scheme}_segment as segment_id, "
                "count(*) as customers, count(*) / sum(count(*)) over () as customer_share, "
                "(sum(spend_365d) / sum(sum(spend_365d)) over ())::double as spend_share, "
                "median(recency_days) as median_recency_days, "
                "median(frequency) as median_frequency, "
                "median(spend_365d)::decimal(18, 2) as median_monetary, "
                "sum(spend_365d)::decimal(18, 2) as spend_365d, "
                "'orders_365d' as top_features from marts.customer_360 group by 4"
                for scheme in schemes
            )
        )
        run(
            f"create table marts.dim_segments as select {night}, "
            "split_part(segment_id, '.', 1) as scheme, segment_id, segment_name, segment_name_zh, "
            "'As it is described.' as description, 'R 5 and FM 4-5.' as rule_text, "
            "'Thank them, offer early access, ask for reviews.' as recommended_action, "
            "'R 为 5 且 FM 为 4-5。' as rule_text_zh, '致谢并提供优先购买。' as "
            "recommended_action_zh, "
            "case when starts_with(segment_id, 'behaviour') and segment_id <> 'behaviour.b02' "
            "then 'orders in 365 days above 20' end as short_rule, "
            "case when segment_id <> 'behaviour.b02' then '近365天订单数高于20' end "
            "as short_rule_zh, "
            "0.94::double as rule_precision, 0.812::double as rule_recall, "
            "'orders in 365 days 31' as typical_customer, "
            "'近365天订单数31' as typical_customer_zh, "
            "'marketing' as allowed_use, date '2017-12-01' as first_seen, "
            "as_of_date as last_seen, 'active' as status, null::varchar as status_reason, "
            "null::varchar as successor_of, worth_rank from names union all select "
            f"{night}, 'churn_risk', 'churn_risk.not_available', 'Not available', '不可用', null, "
            "null, null, null, null, null, null, null, null, null, null, null, null, null, "
            "'not_available', "
            "'No model has beaten its baseline yet.', null, null"
        )
        run(
            "create table marts.fct_scheme_scorecard as select as_of_date, run_id, scheme, "
            "count(*) as segments, 1.0::double as measured_share, "
            "case when scheme = 'rfm' then 0.36 when scheme = 'lifecycle' then 0.214 end::double "
            "as eta_squared_next_90d_spend, "
            "case when scheme = 'rfm' then 0.5 end::double as cramers_v_next_90d_order, "
            "case when scheme = 'rfm' then 0.012 end::double as turnover_share, "
            "case when scheme = 'rfm' then 0.75 end::double as reachable_share, "
            f"case when scheme in ('rfm', 'lifecycle') then date '{YEAR_BEFORE}' end "
            "as effect_as_of_date from marts.fct_segment_profiles group by all"
        )
        for text in ("offer", "offer_zh", "contact_limit", "forbidden_uses"):
            run(f"alter table marts.dim_segments add column {text} varchar")
        run(
            "update marts.dim_segments set offer = 'A gift', offer_zh = '礼物', "
            "contact_limit = 'At most 2 in 30 days' where segment_id = 'rfm.champions'"
        )
        run(
            "update marts.dim_segments set forbidden_uses = 'individual_price', "
            "allowed_use = 'Not for prices' where scheme = 'value_tier'"
        )
        run(
            "create table marts.fct_customer_segments as "
            + " union all ".join(
                f"select {night}, customer_id, '{scheme}' as scheme, "
                f"{scheme}_segment as segment_id, {scheme}_segment = '{border}' and "
                "customer_id < 'c00600' as is_borderline, "
                f"case when customer_id < 'c00300' then '{near}' else '{border}' end "
                "as next_segment_id, (1 + recency_days)::double as score, "
                "'ordered ' || recency_days || ' days ago' as reason_1, "
                "'second & <last>' as reason_2, null::varchar as reason_3 "
                "from marts.customer_360"
                for scheme, border, near in (
                    ("rfm", "rfm.champions", "rfm.loyal"),
                    ("behaviour", "behaviour.b01", "behaviour.b03"),
                )
            )
        )
        # Of 40 who began in November 37 came back, so that three did not; December is not over.
        run(
            f"create table marts.fct_cohort_retention as select {night}, cohort_month::date as "
            "cohort_month, month_number::bigint as month_number, customers::bigint as customers, "
            "active::bigint as active_customers, active / customers as retention_share, "
            "0::decimal(18, 2) as revenue from (values "
            "('2017-09-01', 0, 200, 200), ('2017-09-01', 1, 200, 120), ('2017-09-01', 2, 200, 90), "
            "('2017-09-01', 3, 200, 80), ('2017-10-01', 0, 40, 40), ('2017-10-01', 1, 40, 37), "
            "('2017-10-01', 2, 40, 20), ('2017-11-01', 0, 7, 7), ('2017-11-01', 1, 7, 5)"
            ") as cohorts(cohort_month, month_number, customers, active)"
        )
        run(
            f"create table marts.fct_segment_feature_index as select {night}, "
            "'behaviour' as scheme, *, index_vs_base as mean, 100.0 as base_mean from index_rows"
        )
        run(
            f"create table marts.fct_segment_transitions as select {night}, scheme, "
            "from_id as from_segment_id, to_id as to_segment_id, customers::bigint as customers, "
            "case when from_id is not null then 0::decimal(18, 2) end as spend_365d, "
            f"date '{PREVIOUS}' as previous_as_of_date, "
            "own::bigint as moved_themselves, refit::bigint as moved_by_refit, "
            "border::bigint as moved_at_border from (values "
            "('rfm', 'rfm.loyal', 'rfm.loyal', 1100, null, null, null), "
            "('rfm', 'rfm.at_risk', 'rfm.at_risk', 100, null, null, null), "
            "('rfm', 'rfm.new', 'rfm.new', 40, null, null, null), "
            "('rfm', 'rfm.lost', 'rfm.lost', 60, null, null, null), "
            "('rfm', 'rfm.loyal', 'rfm.at_risk', 31, null, null, null), "
            "('rfm', 'rfm.new', 'rfm.loyal', 14, null, null, null), "
            "('rfm', 'rfm.new', 'rfm.lost', 3, null, null, null), "
            "('rfm', null, 'rfm.new', 12, null, null, null), "
            "('value_tier', 'value_tier.low', 'value_tier.low', 1160, null, null, null), "
            "('behaviour', 'behaviour.b01', 'behaviour.b01', 1100, null, null, null), "
            "('behaviour', 'behaviour.b01', 'behaviour.b02', 40, 21, 3, 16), "
            "('behaviour', 'behaviour.b02', 'behaviour.b01', 11, 5, 0, 6)"
            ") as moves(scheme, from_id, to_id, customers, own, refit, border)"
        )
        run(history_sql(night))
        run(
            f"insert into marts.fct_segment_profiles by name select date '{YEAR_BEFORE}' as "
            "as_of_date, * exclude (as_of_date) from marts.fct_segment_profiles "
            "where scheme = 'rfm'"
        )
        if is_first_night:
            run("delete from marts.fct_segment_transitions")
            run(f"delete from marts.fct_segment_profiles where as_of_date < '{NIGHT}'")
        revenue = [
            (NIGHT - timedelta(days=back), 9000 + 2500 * np.sin(back / 30) + (back * 1237) % 2100)
            for back in range(365)
            if (NIGHT - timedelta(days=back)).weekday() != 6
        ]
        run("create table days (day date, revenue decimal(18, 2))")
        connection.executemany("insert into days values (?, ?)", revenue)
        run(
            f"create table marts.fct_daily_revenue as select {night}, day as revenue_date, "
            "revenue, (revenue * 0.08)::decimal(18, 2) as guest_revenue, 240::bigint as orders, "
            "200::bigint as customers from days"
        )
        run("drop table days")
        run(
            f"create table marts.fct_data_quality as select {night}, name as check_name, "
            "asset, severity, passed, measured, threshold from (values "
            "('rows_in_equal_rows_accounted_for', 'raw.files', 'error', true, 0.0, 0.0), "
            "('customer_360_is_sound', 'marts.customer_360', 'error', true, 0.0, 0.0), "
            "('most_customers_have_demographics', 'core.customers', 'warn', false, 0.675, 0.1), "
            "('optional_values_are_typed', 'raw.transactions', 'warn', true, 0.0, 0.0)"
            ") as checks(name, asset, severity, passed, measured, threshold)"
        )
        run(
            f"create table marts.fct_landing_balance as select {night}, * from (values "
            "('transactions', 'transactions.parquet', 1469307, 1469301, 0, 0, 6), "
            "('customers', 'customers.csv', 2469, 2469, 0, 0, 0)) as files("
            "source_table, file_name, rows_in, accepted, duplicates, superseded, rejected)"
        )
        run(
            f"create table marts.fct_rejected_rows as select {night}, 'transactions' as "
            "source_table, 'transactions.parquet' as file_name, 'bad_amount' as reason, "
            "6::bigint as rows"
        )
        run(
            f"create table marts.fct_model_runs as select {night}, 'behaviour-2017-12-25' as "
            "model_id, 'behaviour' as kind, date '2017-12-25' as trained_on, 4 as n_clusters, "
            "null::varchar as verdict, 0.31 as silhouette, 0.93 as stability, "
            "'scored' as decision, 'The champion of its week.' as decision_reason"
        )
        run(
            f"create table marts.fct_cluster_candidates as select {night}, *, 'why' as reason, "
            "true as is_valid from (values "
            "('kmeans', 2, 0.3e0, 0.35e0, 0.9e0, 0.95e0, 0.45e0, false), "
            "('gaussian_mixture', 2, 0.25e0, 0.3e0, null, null, 0.4e0, false), "
            "('kmeans', 3, 0.2e0, 0.22e0, 0.8e0, null, 0.5e0, true)"
            ") as rows(method, n_clusters, silhouette, null_silhouette_95, stability, "
            f"null_stability_95, separation, is_chosen) where {is_predicted}"
        )
        run(
            f"create table marts.fct_model_backtests as select {night}, *, 1000 as customers, "
            f"date '{YEAR_BEFORE}' as held_out_date from (values "
            "('churn_90d', 'brier_skill', 'churn_model', 0.21, 0.16, 0.26), "
            "('churn_90d', 'brier_skill', 'recency', 0.17, 0.11, 0.21), "
            "('churn_90d', 'brier_skill', 'difference', 0.04, 0.01, 0.08), "
            "('orders_90d', 'bias_ratio', 'mbg_nbd', 1.01, 0.98, 1.03), "
            "('orders_90d', 'bias_ratio', 'order_days_92d', null, null, null), "
            "('orders_90d', 'bias_ratio', 'difference', 0.02, 0.0, 0.04)"
            ") as rows(target, metric, predictor, estimate, estimate_low, estimate_high) "
            f"where {is_predicted}"
        )
    return path


@pytest.fixture(scope="session")
def serving_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_serving_file(tmp_path_factory.mktemp("serving") / "strata.duckdb")


@pytest.fixture
def make_night(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a night with something special about it."""

    def make(**special: object) -> Path:
        return make_serving_file(tmp_path / "serving" / "strata.duckdb", **special)

    return make
