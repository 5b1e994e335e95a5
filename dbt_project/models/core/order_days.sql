{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'stored_as': {'order_id': 'uncompressed', 'customer_id': 'uncompressed'}},
    pre_hook="{{ forget_touched_orders('touched_orders') }}"
) }}

{#- Named here, so that dbt sees it: days of touched orders are forgotten first. #}
{%- set forgotten = ref('touched_orders') %}
{%- set touched = ref('touched_order_days') %}
{%- set lines = ref('transactions') %}

{% if is_incremental() %}
select {{ order_day_columns() | join(', ') }}
from {{ touched }}
{% else %}
{# Guests' days lie together: of them alone revenue is told from here, and few blocks hold one. #}
select *
from ({{ summed_to_order_days(lines, 'customer_id is not null') }}) as days_of_customers

union all

select *
from ({{ summed_to_order_days(lines, 'customer_id is null') }}) as days_of_guests
{% endif %}
