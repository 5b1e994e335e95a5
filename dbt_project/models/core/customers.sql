{{ config(materialized='view') }}

with profiles as (

    select * from {{ ref('customer_profiles') }}

),

appearances as (

    select
        customer_id,
        exists_from_date,
        first_event_date
    from {{ ref('int_customers_dated') }}

)

select
    appearances.customer_id,
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
    coalesce(profiles.profiling_consent, true) as has_profiling_consent,
    profiles.updated_date,
    profiles.created_date,
    profiles.birth_date,
    profiles.loyalty_enrolled_date,
    appearances.exists_from_date,
    appearances.first_event_date,
    profiles.updated_at,
    profiles.created_at,
    profiles.loyalty_enrolled_at,
    profiles.file_seq,
    profiles.row_number
from appearances
left join profiles
    on appearances.customer_id = profiles.customer_id
