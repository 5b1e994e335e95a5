with

customers as (

    select
        customer_id,
        recency_days,
        frequency,
        monetary,
        is_scored,
        as_of_date
    from {{ ref('customer_rfm') }}

),

edges as (

    select
        measure,
        edge_1,
        edge_2,
        edge_3,
        edge_4,
        lowest,
        highest,
        is_low_confidence
    from {{ ref('rfm_edges') }}

),

recency as (

    select *
    from edges
    where measure = 'recency'

),

frequency as (

    select *
    from edges
    where measure = 'frequency'

),

monetary as (

    select *
    from edges
    where measure = 'monetary'

),

{# How many edges each value is strictly above: equal values always score alike. #}
bands as (

    select
        customers.customer_id,
        {{ edges_below('customers.recency_days', 'recency') }} as recency_band,
        {{ edges_below('customers.frequency', 'frequency') }} as frequency_band,
        {{ edges_below('cast(customers.monetary as double)', 'monetary') }} as monetary_band
    from customers
    cross join recency
    cross join frequency
    cross join monetary
    where customers.is_scored

),

positions as (

    select
        bands.customer_id,
        5 - bands.recency_band as r_score,
        1 + bands.frequency_band as f_score,
        1 + bands.monetary_band as m_score,
        6 - bands.recency_band - {{ depth_in_band(
            'customers.recency_days', 'bands.recency_band', 'recency', 1) }} as r_position,
        1 + bands.frequency_band + {{ depth_in_band(
            'customers.frequency', 'bands.frequency_band', 'frequency', 1) }} as f_position,
        1 + bands.monetary_band + {{ depth_in_band(
            'cast(customers.monetary as double)', 'bands.monetary_band', 'monetary', 0) }}
            as m_position
    from bands
    inner join customers on bands.customer_id = customers.customer_id
    cross join recency
    cross join frequency
    cross join monetary

),

confidence as (

    select is_low_confidence
    from edges
    where measure = 'recency'

)

select
    customers.customer_id,
    cast(positions.r_score as varchar)
    || cast(positions.f_score as varchar)
    || cast(positions.m_score as varchar) as rfm_code,
    cast(positions.r_score as integer) as r_score,
    cast(positions.f_score as integer) as f_score,
    cast(positions.m_score as integer) as m_score,
    {# floor((F + M) / 2 + 1/2), in whole numbers: F + M is at most 10. #}
    cast(floor((positions.f_score + positions.m_score + 1) / 2.0) as integer) as fm_score,
    {{ rounded('positions.r_position') }} as r_position,
    {{ rounded('positions.f_position') }} as f_position,
    {{ rounded('positions.m_position') }} as m_position,
    confidence.is_low_confidence,
    customers.as_of_date
from customers
cross join confidence
left join positions on customers.customer_id = positions.customer_id
