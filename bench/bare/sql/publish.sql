copy (
    select getvariable('as_of') as as_of_date, *
    from ({customer_segments})
) to '{folder}/fct_customer_segments.parquet' (format parquet);

copy (
    select
        getvariable('as_of') as as_of_date, customers.* exclude (age),
        rfm.* exclude (customer_id), value.* exclude (customer_id), rfm_rows.r, rfm_rows.f, rfm_rows.m,
        loyalty.profit_group as loyalty_profit_group,
        preferences.* exclude (customer_id),
        places.distance_km_band,
        attitudes.nps_group, attitudes.csat_share,
        coalesce(attitudes.open_complaints, 0) as open_complaints,
        {segment_columns}
    from features.night_customers as customers
    inner join features.customer_rfm as rfm using (customer_id)
    inner join features.customer_value as value using (customer_id)
    inner join features.customer_loyalty as loyalty using (customer_id)
    inner join features.customer_preferences as preferences using (customer_id)
    inner join features.customer_places as places using (customer_id)
    left join features.customer_attitudes as attitudes using (customer_id)
    {segment_joins}
) to '{folder}/customer_360.parquet' (format parquet);

copy (
    select segments.scheme, segments.segment_id, count(*) as customers, sum(rfm.monetary) as spend
    from ({customer_segments}) as segments
    inner join features.customer_rfm as rfm using (customer_id)
    group by all
) to '{folder}/fct_segment_profiles.parquet' (format parquet);

copy core.daily_revenue to '{folder}/fct_daily_revenue.parquet' (format parquet);
copy core.landing_balance to '{folder}/fct_landing_balance.parquet' (format parquet);
