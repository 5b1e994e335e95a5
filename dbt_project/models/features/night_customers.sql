{{ config(materialized='table') }}

with

night as (

    select
        as_of_date,
        run_id
    from {{ source('ops', 'night') }}

),

known_customers as (

    select
        customer_id,
        age_band,
        gender,
        income_band,
        education,
        occupation,
        marital_status,
        home_ownership,
        country,
        region,
        city,
        loyalty_tier,
        acquisition_channel,
        household_size,
        children_count,
        file_seq,
        marketing_consent,
        email_consent,
        sms_consent,
        ads_consent,
        birth_date,
        first_event_date,
        coalesce(created_date, updated_date) as recorded_date
    from {{ ref('customers') }}
    {# Whoever refused profiling is in no customer-level table and in no figure derived from one. #}
    where has_profiling_consent

),

existing_customers as (

    {# A row of the customers file without any date counts as always known; a customer known from
       later events alone does not exist yet. #}
    select
        known_customers.*,
        night.as_of_date,
        extract(year from night.as_of_date)
        - extract(year from known_customers.birth_date)
        - case
            when
                extract(month from night.as_of_date) * 100 + extract(day from night.as_of_date)
                < extract(month from known_customers.birth_date) * 100
                + extract(day from known_customers.birth_date)
                then 1
            else 0
        end as age
    from known_customers
    cross join night
    where
        known_customers.first_event_date <= night.as_of_date
        or known_customers.recorded_date <= night.as_of_date
        or (known_customers.file_seq is not null and known_customers.recorded_date is null)

)

select
    customer_id,
    {# The birth date decides where there is one: a band from a file does not grow older. #}
    case
        when age between 0 and 17 then 'under 18'
        when age between 18 and 24 then '18-24'
        when age between 25 and 34 then '25-34'
        when age between 35 and 44 then '35-44'
        when age between 45 and 54 then '45-54'
        when age between 55 and 64 then '55-64'
        when age between 65 and 120 then '65+'
        else coalesce(age_band, 'unknown')
    end as age_band,
    coalesce(gender, 'unknown') as gender,
    coalesce(income_band, 'unknown') as income_band,
    coalesce(education, 'unknown') as education,
    coalesce(occupation, 'unknown') as occupation,
    coalesce(marital_status, 'unknown') as marital_status,
    coalesce(home_ownership, 'unknown') as home_ownership,
    case
        when household_size >= 5 then '5+'
        when household_size >= 1 then cast(household_size as varchar)
        else 'unknown'
    end as household_size_band,
    case
        when children_count >= 3 then '3+'
        when children_count >= 0 then cast(children_count as varchar)
        else 'unknown'
    end as children_band,
    coalesce(country, 'unknown') as country,
    coalesce(region, 'unknown') as region,
    coalesce(city, 'unknown') as city,
    coalesce(loyalty_tier, 'unknown') as loyalty_tier,
    coalesce(acquisition_channel, 'unknown') as acquisition_channel,
    cast(extract(month from birth_date) as integer) as birthday_month,
    marketing_consent,
    email_consent,
    sms_consent,
    ads_consent,
    as_of_date
from existing_customers
