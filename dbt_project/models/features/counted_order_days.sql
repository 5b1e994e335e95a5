{{ config(materialized='view') }}

{% set columns = [
    'revenue', 'orders', 'gap_days', 'gaps_before', 'gap_days_before', 'order_date',
] %}

with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

{# What is known of most customers on the last night is all that is known. #}
order_days as (

    select
        known.customer_id,
        known.{{ columns | join(',
        known.') }}
    from {{ ref('known_order_days') }} as known
    left join {{ ref('later_known_customers') }} as later
        on
            known.customer_lookup = later.customer_lookup
            and known.customer_id = later.customer_id
    where later.customer_id is null

    union all

    select
        customer_id,
        {{ columns | join(',
        ') }}
    from {{ ref('recounted_order_days') }}

)

select
    order_days.customer_id,
    {% for column in columns -%}
    order_days.{{ column }},
    {% endfor -%}
    night.as_of_date
from order_days
cross join night
inner join customers on order_days.customer_id = customers.customer_id
