{{ landed_table('customers') }}

with profiles as (

    select * from {{ landed_rows('customers') }}

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

)

select
    customer_keys.customer_id,
    profiles.postal_code,
    profiles.email,
    profiles.phone,
    profiles.first_name,
    profiles.last_name,
    profiles.age_band,
    profiles.gender,
    profiles.income_band,
    profiles.education,
    profiles.occupation,
    profiles.marital_status,
    profiles.home_ownership,
    profiles.country,
    profiles.region,
    profiles.city,
    profiles.loyalty_tier,
    profiles.acquisition_channel,
    profiles.household_size,
    profiles.children_count,
    profiles.latitude,
    profiles.longitude,
    profiles.loyalty_points,
    profiles.acquisition_cost,
    profiles.marketing_consent,
    profiles.profiling_consent,
    profiles.email_consent,
    profiles.sms_consent,
    profiles.ads_consent,
    profiles.updated_date,
    profiles.created_date,
    profiles.birth_date,
    profiles.loyalty_enrolled_date,
    profiles.updated_at,
    profiles.created_at,
    profiles.loyalty_enrolled_at,
    profiles.file_seq,
    profiles.row_number
from profiles
inner join customer_keys
    on profiles.customer_id = customer_keys.source_customer_id
