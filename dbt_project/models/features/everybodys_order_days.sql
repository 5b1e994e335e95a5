{{ config(materialized='view') }}

{% set columns = [
    'revenue', 'orders', 'gap_days', 'gaps_before', 'gap_days_before', 'order_date',
] %}

{# What is known of most customers on the last night is all that is known. #}
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
