-- depends_on: {{ ref('recounted_customers') }}
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    meta={'reconcile': false},
    pre_hook="{{ forget_customers_of_other_nights() }}"
) }}

{# By number: what is summed by customer and product are tens of millions of rows, and a number is a
   fraction of an id. A customer keeps it for as long as there is a last night to keep. #}
with customers as (

    select customers.customer_id
    from {{ ref('night_customers') }} as customers
    {% if is_incremental() %}
    left join {{ this }} as numbered on customers.customer_id = numbered.customer_id
    where numbered.customer_id is null
    {% endif %}

)

select
    customer_id,
    cast(
        row_number() over (order by customer_id)
        {% if is_incremental() %}
        + (select coalesce(max(numbered.customer_number), 0) from {{ this }} as numbered)
        {% endif %}
        as integer
    ) as customer_number
from customers
