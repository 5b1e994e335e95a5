{{ config(materialized='table') }}

{% set attributes = [
    'gender', 'income_band', 'education', 'occupation', 'marital_status', 'home_ownership',
    'country', 'region', 'city', 'loyalty_tier', 'acquisition_channel',
] %}

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
        {% for attribute in attributes -%}
        {{ attribute }},
        {% endfor -%}
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
    existing.customer_id,
    {# The birth date decides where there is one: a band from a file does not grow older. #}
    coalesce(bands.band, landed_bands.band, existing.age_band, 'unknown') as age_band,
    {% for attribute in attributes %}
    coalesce(existing.{{ attribute }}, 'unknown') as {{ attribute }},
    {% endfor %}
    case
        when existing.household_size >= 5 then '5+'
        when existing.household_size >= 1 then cast(existing.household_size as varchar)
        else 'unknown'
    end as household_size_band,
    case
        when existing.children_count >= 3 then '3+'
        when existing.children_count >= 0 then cast(existing.children_count as varchar)
        else 'unknown'
    end as children_band,
    cast(extract(month from existing.birth_date) as integer) as birthday_month,
    existing.marketing_consent,
    existing.email_consent,
    existing.sms_consent,
    existing.ads_consent,
    existing.as_of_date
from existing_customers as existing
left join {{ ref('bands') }} as bands
    on
        bands.measure = 'age'
        and existing.age >= bands.lower_bound
        and existing.age < bands.upper_bound
left join {{ ref('landed_age_bands') }} as landed_bands
    on existing.age_band = landed_bands.landed_age_band
