{{ config(materialized='view') }}

with

night as (

    select
        as_of_date,
        run_id
    from {{ source('ops', 'night') }}

),

predictions as (

    select
        scores.customer_id,
        scores.prediction_source,
        scores.value_prediction_source,
        scores.p_alive,
        scores.churn_probability,
        scores.expected_orders_90d,
        scores.expected_spend_365d,
        scores.is_extrapolated
    from {{ source('ml', 'customer_predictions') }} as scores
    inner join night on scores.as_of_date = night.as_of_date

),

segments as (

    select side_by_side.*
    from {{ ref('segments_side_by_side') }} as side_by_side
    inner join night on side_by_side.as_of_date = night.as_of_date

){% for scheme in built_schemes_with_a_column() %},

{{ scheme }}_names as (

    select
        number,
        segment_id
    from {{ ref('segment_numbers') }}
    where scheme = '{{ scheme }}'

){% endfor %}


select
    night.as_of_date,
    night.run_id,
    customers.customer_id,
    {% for scheme in schemes_with_a_column() %}
    {{ scheme.scheme ~ '_names.segment_id' if scheme.is_built else 'cast(null as varchar)' }}
        as {{ scheme.scheme }}_segment,
    {% endfor %}
    scores.rfm_code,
    customer_value.value_basis,
    coalesce(predictions.prediction_source, 'none') as prediction_source,
    coalesce(predictions.value_prediction_source, 'none') as value_prediction_source,
    {% for band in [
        'age_band', 'gender', 'income_band', 'education', 'occupation', 'marital_status',
        'home_ownership', 'household_size_band', 'children_band', 'country', 'region', 'city',
        'loyalty_tier', 'acquisition_channel',
    ] %}
    customers.{{ band }},
    {% endfor %}
    loyalty.profit_group as loyalty_profit_group,
    {% for preference in [
        'preferred_category', 'preferred_department', 'preferred_brand', 'preferred_channel',
        'preferred_store', 'preferred_day_part', 'next_best_category', 'next_best_category_lift',
        'brand_loyalty_share', 'categories_365d', 'departments_365d', 'mean_gap_days',
        'gap_variation',
    ] %}
    preferences.{{ preference }},
    {% endfor %}
    places.city_tier,
    places.distance_km_band,
    attitudes.nps_group,
    rfm.recency_days,
    rfm.frequency,
    cast(rfm.monetary as decimal(18, 2)) as monetary,
    scores.r_score,
    scores.f_score,
    scores.m_score,
    cast(rfm.average_order_value as decimal(18, 2)) as average_order_value,
    {# An account with contracts counts from the first of them; others have no row of contracts. #}
    case when contracts.customer_id is null then rfm.tenure_days else contracts.tenure_days end
        as tenure_days,
    rfm.orders_365d,
    cast(rfm.spend_365d as decimal(18, 2)) as spend_365d,
    cast(customer_value.margin_365d as decimal(18, 2)) as margin_365d,
    rfm.discount_share,
    rfm.return_share,
    predictions.p_alive,
    predictions.churn_probability,
    predictions.expected_orders_90d,
    cast(predictions.expected_spend_365d as decimal(18, 2)) as expected_spend_365d,
    attitudes.csat_share,
    coalesce(attitudes.open_complaints, 0) as open_complaints,
    customers.birthday_month,
    scores.is_low_confidence,
    predictions.is_extrapolated,
    customers.marketing_consent,
    customers.email_consent,
    customers.sms_consent,
    customers.ads_consent,
    rfm.first_order_date,
    rfm.last_order_date
from {{ ref('night_customers') }} as customers
cross join night
inner join {{ ref('customer_rfm') }} as rfm on customers.customer_id = rfm.customer_id
inner join {{ ref('rfm_scores') }} as scores on customers.customer_id = scores.customer_id
inner join {{ ref('customer_value') }} as customer_value
    on customers.customer_id = customer_value.customer_id
inner join {{ ref('customer_loyalty') }} as loyalty
    on customers.customer_id = loyalty.customer_id
inner join {{ ref('customer_preferences') }} as preferences
    on customers.customer_id = preferences.customer_id
left join {{ ref('customer_contracts') }} as contracts
    on customers.customer_id = contracts.customer_id
inner join {{ ref('customer_places') }} as places on customers.customer_id = places.customer_id
left join {{ ref('customer_attitudes') }} as attitudes
    on customers.customer_id = attitudes.customer_id
left join predictions on customers.customer_id = predictions.customer_id
left join segments on customers.customer_id = segments.customer_id
{% for scheme in built_schemes_with_a_column() -%}
left join {{ scheme }}_names
    on {{ segment_number_in('segments', scheme) }} = {{ scheme }}_names.number
{% endfor -%}
