"""What the page asks of the serving file of one night; `$night` stands for its date."""

TOTALS = """
    select
        count(*) as customers,
        count(*) filter (where frequency > 0) as buyers,
        count(*) filter (where is_low_confidence) as low_confidence,
        count(p_alive) as with_p_alive,
        count(churn_probability) as with_churn,
        count(expected_spend_365d) as with_value,
        coalesce(max(nullif(prediction_source, 'none')), 'none') as prediction_source,
        coalesce(max(nullif(value_prediction_source, 'none')), 'none') as value_prediction_source,
        sum(expected_spend_365d) as expected_spend,
        coalesce(bool_or(is_extrapolated), false) as is_extrapolated,
        any_value(value_basis) as value_basis,
        coalesce(sum(spend_365d), 0) as spend
    from marts.customer_360
"""
YEAR = """
    select
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(guest_revenue), 0) as guest_revenue,
        coalesce(sum(orders), 0)::bigint as orders
    from marts.fct_daily_revenue
    where revenue_date > $night - 365 and revenue_date <= $night
"""
UNAVAILABLE = """
    select scheme, status_reason from marts.dim_segments
    where status = 'not_available' order by scheme
"""
GRID = """
    select
        r_score,
        floor((f_score + m_score) / 2.0 + 0.5)::integer as fm_score,
        rfm_segment as segment_id,
        count(*) as customers,
        coalesce(sum(spend_365d), 0) as spend
    from marts.customer_360
    where rfm_segment is not null
    group by all
"""
SEGMENTS = """
    select segment_id, segment_name, segment_name_zh from marts.dim_segments
    where status <> 'not_available'
    order by scheme, worth_rank nulls last, segment_id
"""
# `$rows` and `$columns` stand for two schemes, `$leaving` for segments of the first; all others of
# it are one row.
CROSSED = """
    select
        case when $rows_segment in ($leaving) then $rows_segment end as row_id,
        $columns_segment as column_id,
        count(*) as customers,
        coalesce(sum(spend_365d), 0) as spend,
        sum(expected_spend_365d) as expected_spend
    from marts.customer_360
    where $rows_segment is not null and $columns_segment is not null
    group by all
"""
COHORTS = """
    select cohort_month, month_number, customers, active_customers
    from marts.fct_cohort_retention
    order by cohort_month, month_number
"""
INDEX = """
    select scheme, segment_id, feature, index_vs_base
    from marts.fct_segment_feature_index
    where index_vs_base is not null
    order by scheme, segment_id, feature
"""
DAILY = """
    select revenue_date as day, revenue from marts.fct_daily_revenue
    where revenue_date > $night - 365 and revenue_date <= $night
    order by revenue_date
"""
CHECKS = """
    select check_name, asset, severity, passed, measured, threshold
    from marts.fct_data_quality
    where as_of_date = $night
    order by passed, severity, asset, check_name
"""
BALANCE = """
    select
        source_table,
        count(*) as files,
        sum(rows_in)::bigint as rows_in,
        sum(accepted)::bigint as accepted,
        sum(duplicates)::bigint as duplicates,
        sum(superseded)::bigint as superseded,
        sum(rejected)::bigint as rejected
    from marts.fct_landing_balance
    group by source_table
    order by rows_in desc, source_table
"""
REJECTED = """
    select source_table, reason, sum(rows)::bigint as rows
    from marts.fct_rejected_rows
    group by all
    order by rows desc, source_table, reason
    limit 20
"""
# Where nothing of the next 90 days is known yet, in the order of their names.
SCORECARDS = """
    select scheme, segments, measured_share, reachable_share, turnover_share,
        eta_squared_next_90d_spend, cramers_v_next_90d_order, effect_as_of_date
    from marts.fct_scheme_scorecard
    where as_of_date = $night
    order by eta_squared_next_90d_spend desc nulls last, scheme
"""
MODEL_RUNS = """
    select * from marts.fct_model_runs where as_of_date = $night order by kind, model_id
"""
# Of the night on which the model that scores learned, or tried to.
CANDIDATES = """
    select method, n_clusters, silhouette, null_silhouette_95, stability, null_stability_95,
        separation, is_valid, is_chosen, reason, as_of_date
    from marts.fct_cluster_candidates
    where as_of_date = (
        select max(as_of_date) from marts.fct_cluster_candidates where as_of_date <= $night
    )
    order by n_clusters, method
"""
BACKTESTS = """
    select target, metric, predictor, estimate, estimate_low, estimate_high, customers,
        held_out_date
    from marts.fct_model_backtests
    where as_of_date = $night
    order by target, metric, predictor
"""
# How many of each segment stand on the border, and to which one most of them are near.
BORDERS = """
    select
        segment_id,
        sum(customers)::bigint as customers,
        max_by(next_segment_id, (customers, next_segment_id)) as next_segment_id
    from (
        select segment_id, next_segment_id, count(*) as customers
        from marts.fct_customer_segments
        where is_borderline
        group by all
    )
    group by segment_id
"""
# What is said to whoever is nearest to the centre of a learned segment; who that is is not told.
REASONS = """
    with nearest as (
        select segment_id, min(score) as score
        from marts.fct_customer_segments
        where scheme = 'behaviour'
        group by segment_id
    )
    select
        segment_id,
        min_by([reason_1, reason_2, reason_3], customer_id) as reasons
    from marts.fct_customer_segments
    inner join nearest using (segment_id, score)
    where scheme = 'behaviour'
    group by segment_id
"""
PROFILES = """
    select profiles.*, segments.* exclude (as_of_date, run_id, scheme, segment_id)
    from marts.fct_segment_profiles as profiles
    left join marts.dim_segments as segments
        on segments.scheme = profiles.scheme and segments.segment_id = profiles.segment_id
    where profiles.as_of_date = $night and profiles.customers > 0
    order by profiles.scheme, segments.worth_rank nulls last,
        profiles.spend_share desc nulls last, profiles.segment_id
"""
