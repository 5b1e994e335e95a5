{# Within a twentieth of one's own expectation of a tier's edge counts as borderline. #}
{% set borderline_share = 0.05 %}

with

night as (

    select
        currency,
        language,
        as_of_date
    from {{ source('ops', 'night') }}

),

{# Without a prediction for anybody the scheme is not available; with one, null is `none`. #}
predictions as (

    select
        scores.customer_id,
        scores.value_prediction_source,
        scores.expected_orders_90d,
        cast(scores.expected_spend_365d as decimal(18, 2)) as expected_spend_365d
    from {{ source('ml', 'customer_predictions') }} as scores
    inner join night on scores.as_of_date = night.as_of_date
    where scores.value_prediction_source <> 'none'

),

predicted as (

    select count(*) as customers
    from predictions

),

customers as (

    select
        rfm.customer_id,
        rfm.spend_365d,
        predictions.value_prediction_source,
        predictions.expected_orders_90d,
        predictions.expected_spend_365d,
        rfm.as_of_date
    from {{ ref('customer_rfm') }} as rfm
    cross join predicted
    left join predictions on rfm.customer_id = predictions.customer_id
    where predicted.customers > 0

),

ranked as (

    select
        customer_id,
        rank() over (order by expected_spend_365d desc) as value_rank,
        count(*) over () as valued_customers
    from customers
    where expected_spend_365d > 0

),

tiered as (

    select
        customers.*,
        ranked.value_rank,
        ranked.valued_customers,
        coalesce({{ tier_by_rank('ranked.value_rank', 'ranked.valued_customers') }}, 'none')
            as tier
    from customers
    left join ranked on customers.customer_id = ranked.customer_id

),

floors as (

    select
        min(case when tier = 'high' then expected_spend_365d end) as high_floor,
        coalesce(
            min(case when tier = 'medium' then expected_spend_365d end),
            min(case when tier = 'high' then expected_spend_365d end)
        ) as medium_floor
    from tiered

),

distances as (

    select
        tiered.*,
        case tiered.tier
            when 'medium' then floors.high_floor - tiered.expected_spend_365d
            when 'low' then floors.medium_floor - tiered.expected_spend_365d
        end as to_better,
        case tiered.tier
            when 'high' then tiered.expected_spend_365d - floors.high_floor
            when 'medium' then tiered.expected_spend_365d - floors.medium_floor
            when 'low' then tiered.expected_spend_365d
        end as to_worse,
        case
            when tiered.tier = 'medium' or floors.medium_floor = floors.high_floor then 'high'
            else 'medium'
        end as better_tier,
        case
            when tiered.tier = 'low' then 'none'
            when tiered.tier = 'medium' or floors.medium_floor = floors.high_floor then 'low'
            else 'medium'
        end as worse_tier
    from tiered
    cross join floors

),

nearest as (

    select
        distances.*,
        coalesce(least(distances.to_better, distances.to_worse), distances.to_worse) as margin,
        case
            when distances.tier = 'none' then null
            when distances.to_better <= distances.to_worse then distances.better_tier
            else distances.worse_tier
        end as next_tier
    from distances

)

select
    nearest.as_of_date,
    nearest.customer_id,
    'clv_tier' as scheme,
    'clv_tier.' || nearest.tier as segment_id,
    cast(nearest.expected_spend_365d as double) as score,
    cast(nearest.margin as double) as margin,
    coalesce(
        nearest.margin <= {{ borderline_share }} * nearest.expected_spend_365d, false
    ) as is_borderline,
    'clv_tier.' || nearest.next_tier as next_segment_id,
    case
        when nearest.expected_spend_365d is null then {{ said('clv_tier.no_order') }}
        when nearest.value_prediction_source = 'baseline'
            then
                {{ said('clv_tier.spend_as_before', {
                    'money': in_currency('nearest.expected_spend_365d')}) }}
        else
            {{ said('clv_tier.spend', {'money': in_currency('nearest.expected_spend_365d')}) }}
    end as reason_1,
    case
        when nearest.value_rank is not null
            then
                {{ said('clv_tier.place', {
                    'place': 'nearest.value_rank', 'customers': 'nearest.valued_customers'}) }}
    end as reason_2,
    case
        when nearest.expected_orders_90d is not null
            then
                {{ said('clv_tier.orders', {
                    'orders': as_money('nearest.expected_orders_90d'),
                    'money': in_currency('nearest.spend_365d')}) }}
    end as reason_3
from nearest
cross join night
