{# Within a twentieth of one's own balance of a tier's edge counts as borderline. #}
{% set borderline_share = 0.05 %}

with

night as (

    select
        asset_tier_told_days,
        asset_tier_high_net_worth,
        asset_tier_mass_affluent,
        currency,
        language,
        as_of_date
    from {{ source('ops', 'night') }}

),

balances as (

    select
        customer_id,
        products,
        cast(balance as double) as balance,
        held_date
    from {{ ref('customer_balances') }}
    where balance <> 0

),

{# Without any balance the scheme is not available; with one, who has none is a prospect. #}
told as (

    select count(*) as customers
    from balances

),

tiered as (

    select
        customers.customer_id,
        balances.products,
        balances.balance,
        balances.held_date,
        night.asset_tier_high_net_worth as high_floor,
        night.asset_tier_mass_affluent as affluent_floor,
        case
            when balances.customer_id is null then 'prospect'
            when balances.balance >= night.asset_tier_high_net_worth then 'high_net_worth'
            when balances.balance >= night.asset_tier_mass_affluent then 'mass_affluent'
            else 'mass'
        end as tier,
        night.as_of_date
    from {{ ref('night_customers') }} as customers
    cross join night
    cross join told
    left join balances on customers.customer_id = balances.customer_id
    where told.customers > 0

),

nearest as (

    {# From the middle tier the nearer edge counts, the upper one where both are as near. #}
    select
        tiered.*,
        case tiered.tier
            when 'high_net_worth' then tiered.balance - tiered.high_floor
            when 'mass_affluent'
                then
                    least(
                        tiered.high_floor - tiered.balance, tiered.balance - tiered.affluent_floor
                    )
            when 'mass' then tiered.affluent_floor - tiered.balance
        end as margin,
        case
            when tiered.tier in ('high_net_worth', 'mass') then 'mass_affluent'
            when tiered.tier = 'prospect' then null
            when
                tiered.high_floor - tiered.balance <= tiered.balance - tiered.affluent_floor
                then 'high_net_worth'
            else 'mass'
        end as next_tier
    from tiered

)

select
    nearest.as_of_date,
    nearest.customer_id,
    'asset_tier' as scheme,
    'asset_tier.' || nearest.tier as segment_id,
    nearest.balance as score,
    {{ rounded('nearest.margin') }} as margin,
    coalesce(nearest.margin <= {{ borderline_share }} * abs(nearest.balance), false)
        as is_borderline,
    'asset_tier.' || nearest.next_tier as next_segment_id,
    case
        when nearest.tier = 'prospect'
            then {{ said('asset_tier.no_balance', {'days': 'night.asset_tier_told_days'}) }}
        else
            {{ said('asset_tier.balance', {
                'asset_tier': 'nearest.tier', 'money': in_currency('nearest.balance')}) }}
    end as reason_1,
    {{ said('asset_tier.holdings', {
        'products': 'nearest.products',
        'days': days_between('nearest.held_date', 'nearest.as_of_date')}) }} as reason_2,
    {{ said('asset_tier.distance', {
        'money': in_currency('nearest.margin'), 'asset_tier': 'nearest.next_tier'}) }} as reason_3
from nearest
cross join night
