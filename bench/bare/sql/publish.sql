copy (
    select
        getvariable('as_of') as as_of_date, customer_id, scheme, segment_id, score,
        reason_1, reason_2, reason_3
    from (
        select customer_id, scheme, segment_id, score, reason_1, reason_2, reason_3
        from segments.rfm
        union all
        select customer_id, scheme, segment_id, score, reason_1, reason_2, reason_3
        from segments.value_tier
        union all
        select customer_id, scheme, segment_id, score, reason_1, reason_2, reason_3
        from segments.lifecycle
    )
) to '{folder}/fct_customer_segments.parquet' (format parquet);

copy (
    select
        getvariable('as_of') as as_of_date, customers.*, rfm.* exclude (customer_id),
        value.* exclude (customer_id),
        scores.r, scores.f, scores.m,
        scores.segment_id as rfm_segment, tiers.segment_id as value_tier_segment,
        stages.segment_id as lifecycle_segment
    from features.night_customers as customers
    inner join features.customer_rfm as rfm using (customer_id)
    inner join features.customer_value as value using (customer_id)
    inner join segments.rfm as scores using (customer_id)
    inner join segments.value_tier as tiers using (customer_id)
    left join segments.lifecycle as stages using (customer_id)
) to '{folder}/customer_360.parquet' (format parquet);

copy (
    select segments.scheme, segments.segment_id, count(*) as customers, sum(rfm.monetary) as spend
    from (
        select customer_id, scheme, segment_id from segments.rfm
        union all
        select customer_id, scheme, segment_id from segments.value_tier
        union all
        select customer_id, scheme, segment_id from segments.lifecycle
    ) as segments
    inner join features.customer_rfm as rfm using (customer_id)
    group by all
) to '{folder}/fct_segment_profiles.parquet' (format parquet);

copy core.daily_revenue to '{folder}/fct_daily_revenue.parquet' (format parquet);
copy core.landing_balance to '{folder}/fct_landing_balance.parquet' (format parquet);
