{# One more or one less referral is always near. #}
{% set borderline = 1 %}

with

night as (

    select
        influence_ambassador_referrals,
        currency,
        language,
        as_of_date
    from {{ source('ops', 'night') }}

),

known as (

    select count(*) as customers
    from {{ ref('customer_referrals') }}

),

customers as (

    select
        customers.customer_id,
        coalesce(referrals.referrals_made, 0) as referrals_made,
        coalesce(referrals.successful_referrals, 0) as successful_referrals,
        coalesce(referrals.referred_spend_365d, 0) as referred_spend_365d,
        coalesce(referrals.is_referred, false) as is_referred
    from {{ ref('night_customers') }} as customers
    cross join known
    left join {{ ref('customer_referrals') }} as referrals
        on customers.customer_id = referrals.customer_id
    where known.customers > 0

),

judged as (

    select
        customers.*,
        case
            when customers.successful_referrals >= night.influence_ambassador_referrals
                then 'ambassador'
            when customers.referrals_made > 0 and customers.is_referred then 'both'
            when customers.referrals_made > 0 then 'referrer'
            when customers.is_referred then 'referred'
            else 'none'
        end as influence
    from customers
    cross join night

),

{# What one more success, or one less, would change. #}
distances as (

    select
        judged.*,
        case
            when judged.influence = 'ambassador'
                then judged.successful_referrals - night.influence_ambassador_referrals + 1
            else night.influence_ambassador_referrals - judged.successful_referrals
        end as margin,
        case
            when judged.influence <> 'ambassador' then 'ambassador'
            when judged.is_referred then 'both'
            else 'referrer'
        end as next_influence
    from judged
    cross join night

)

select
    night.as_of_date,
    distances.customer_id,
    'influence' as scheme,
    'influence.' || distances.influence as segment_id,
    cast(distances.successful_referrals as double) as score,
    cast(distances.margin as double) as margin,
    distances.referrals_made > 0 and distances.margin <= {{ borderline }} as is_borderline,
    'influence.' || distances.next_influence as next_segment_id,
    {{ said('influence.made', {
        'influence': 'distances.influence', 'made': 'distances.referrals_made',
        'successful': 'distances.successful_referrals'}) }} as reason_1,
    case
        when distances.successful_referrals > 0
            then
                {{ said('influence.value', {
                    'money': in_currency('distances.referred_spend_365d')}) }}
    end as reason_2,
    case when distances.is_referred then {{ said('influence.referred') }} end as reason_3
from distances
cross join night
