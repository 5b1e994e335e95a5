with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

customers as (

    select
        customer_id,
        spend_365d,
        recency_days is not null as has_ordered
    from {{ ref('customer_rfm') }}

),

{# Once however often it was told; both ends are customers of the night, or there is no edge. #}
referrals as (

    select
        referrals.referrer_customer_id,
        referrals.referred_customer_id,
        referred.has_ordered,
        referred.spend_365d,
        min(referrals.referred_date) as referred_date
    from {{ ref('referrals') }} as referrals
    cross join night
    inner join customers as referrers on referrals.referrer_customer_id = referrers.customer_id
    inner join customers as referred on referrals.referred_customer_id = referred.customer_id
    where
        referrals.referred_date <= night.as_of_date
        and referrals.referrer_customer_id <> referrals.referred_customer_id
    group by
        referrals.referrer_customer_id, referrals.referred_customer_id, referred.has_ordered,
        referred.spend_365d

),

{# What a person spends is brought by one referrer alone, or the sum would exceed the revenue. #}
credited as (

    select
        referrals.*,
        row_number() over (
            partition by referrals.referred_customer_id
            order by referrals.referred_date, referrals.referrer_customer_id
        ) = 1 as is_first
    from referrals

),

made as (

    select
        referrer_customer_id as customer_id,
        count(*) as referrals_made,
        sum(case when has_ordered then 1 else 0 end) as successful_referrals,
        sum(case when has_ordered and is_first then spend_365d else 0 end)
            as referred_spend_365d,
        max(referred_date) as last_referral_date
    from credited
    group by referrer_customer_id

),

received as (

    select referred_customer_id as customer_id
    from referrals
    group by referred_customer_id

)

select
    coalesce(made.customer_id, received.customer_id) as customer_id,
    cast(coalesce(made.referrals_made, 0) as bigint) as referrals_made,
    cast(coalesce(made.successful_referrals, 0) as bigint) as successful_referrals,
    cast(coalesce(made.referred_spend_365d, 0) as decimal(18, 4)) as referred_spend_365d,
    received.customer_id is not null as is_referred,
    made.last_referral_date,
    night.as_of_date
from made
full outer join received on made.customer_id = received.customer_id
cross join night
