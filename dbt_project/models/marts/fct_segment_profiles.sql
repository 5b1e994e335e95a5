{{ config(materialized='view') }}

with

nights as (

    select
        nights.*,
        sum(nights.customers) over (partition by nights.as_of_date, nights.scheme)
            as scheme_customers,
        sum(nights.spend_365d) over (partition by nights.as_of_date, nights.scheme)
            as scheme_spend
    from {{ ref('segment_nights') }} as nights

)

select
    as_of_date,
    run_id,
    scheme,
    segment_id,
    top_features,
    customers,
    {{ share_of('customers', 'scheme_customers') }} as customer_share,
    spend_365d,
    {{ share_of('spend_365d', 'scheme_spend') }} as spend_share,
    median_recency_days,
    median_frequency,
    median_monetary
from nights
