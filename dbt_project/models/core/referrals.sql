{{ landed_table('referrals') }}

with referrals as (

    select
        referrer_customer_id,
        referred_customer_id,
        referred_date,
        referred_at,
        file_seq,
        row_number
    from {{ landed_rows('referrals') }}

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

)

select
    referrers.customer_id as referrer_customer_id,
    referred.customer_id as referred_customer_id,
    referrals.referred_date,
    referrals.referred_at,
    referrals.file_seq,
    referrals.row_number
from referrals
inner join customer_keys as referrers
    on referrals.referrer_customer_id = referrers.source_customer_id
inner join customer_keys as referred
    on referrals.referred_customer_id = referred.source_customer_id
