{# Within a twentieth of one's own value of a tier's edge counts as borderline. #}
{% set borderline_share = 0.05 %}

with

night as (

    select
        currency,
        language
    from {{ source('ops', 'night') }}

),

customers as (

    select
        customer_id,
        value_basis,
        value_365d,
        has_sale_line_365d,
        as_of_date
    from {{ ref('customer_value') }}

),

{# rank() gives equal values the best place among them, so ties share the better tier. #}
ranked as (

    select
        customers.customer_id,
        rank() over (order by customers.value_365d desc) as value_rank,
        count(*) over () as valued_customers
    from customers
    where customers.value_365d > 0

),

tiered as (

    select
        customers.*,
        ranked.value_rank,
        ranked.valued_customers,
        coalesce(
            {{ tier_by_rank('ranked.value_rank', 'ranked.valued_customers') }},
            case when customers.has_sale_line_365d then 'unprofitable' else 'none' end
        ) as tier
    from customers
    left join ranked on customers.customer_id = ranked.customer_id

),

{# Where each tier begins tonight; low begins above zero. #}
floors as (

    select
        min(case when tier = 'high' then value_365d end) as high_floor,
        min(case when tier = 'medium' then value_365d end) as medium_floor
    from tiered

),

distances as (

    select
        tiered.*,
        case tiered.tier
            when 'medium' then floors.high_floor - tiered.value_365d
            when 'low' then coalesce(floors.medium_floor, floors.high_floor) - tiered.value_365d
            when 'unprofitable' then -tiered.value_365d
        end as to_better,
        case tiered.tier
            when 'high' then tiered.value_365d - floors.high_floor
            when 'medium' then tiered.value_365d - floors.medium_floor
            when 'low' then tiered.value_365d
        end as to_worse,
        case tiered.tier
            when 'medium' then 'high'
            when 'low' then case when floors.medium_floor is null then 'high' else 'medium' end
            when 'unprofitable' then 'low'
        end as better_tier,
        case tiered.tier
            when 'high' then case when floors.medium_floor is null then 'low' else 'medium' end
            when 'medium' then 'low'
            when 'low' then 'unprofitable'
        end as worse_tier
    from tiered
    cross join floors

),

nearest as (

    select
        distances.*,
        case
            when distances.to_worse is null or distances.to_better <= distances.to_worse
                then distances.to_better
            else distances.to_worse
        end as margin,
        case
            when distances.to_worse is null or distances.to_better <= distances.to_worse
                then distances.better_tier
            else distances.worse_tier
        end as next_tier
    from distances

)

select
    nearest.as_of_date,
    nearest.customer_id,
    'value_tier' as scheme,
    'value_tier.' || nearest.tier as segment_id,
    cast(nearest.value_365d as double) as score,
    cast(nearest.margin as double) as margin,
    coalesce(
        nearest.margin <= {{ borderline_share }} * abs(nearest.value_365d), false
    ) as is_borderline,
    'value_tier.' || nearest.next_tier as next_segment_id,
    {{ said('value_tier.value', {
        'tier': 'nearest.tier', 'basis': 'nearest.value_basis',
        'money': in_currency('nearest.value_365d')}) }} as reason_1,
    case
        when nearest.value_rank is not null
            then
                {{ said('value_tier.place', {
                    'place': 'nearest.value_rank', 'customers': 'nearest.valued_customers'}) }}
        when nearest.has_sale_line_365d then {{ said('value_tier.no_value') }}
        when nearest.value_basis = 'contracts' then {{ said('value_tier.no_contract') }}
        else {{ said('value_tier.no_purchase') }}
    end as reason_2,
    {{ said('value_tier.distance', {
        'money': in_currency('nearest.margin'), 'tier': 'nearest.next_tier'}) }} as reason_3
from nearest
cross join night
