{{ config(meta={'dagster': {'ref': {'name': 'customer_360'}}}) }}

{# A customer that falls through every rule is missing from a scheme that others are in. #}
with

available as (

    select max(case when lifecycle_segment is not null then 1 else 0 end) as has_lifecycle
    from {{ ref('customer_360') }}

)

select customers.customer_id
from {{ ref('customer_360') }} as customers
cross join available
where
    customers.rfm_segment is null
    or customers.value_tier_segment is null
    or (available.has_lifecycle = 1 and customers.lifecycle_segment is null)
