{{ config(meta={'dagster': {'ref': {'name': 'fct_segment_history'}}}) }}

{# Two stays at a time count a customer twice in every figure over time; a hole between two, or an
   end with none after it, loses the customer, unless the customer left. One stay at most is open. #}
with

stays as (

    select
        customer_id,
        scheme,
        exit_reason,
        valid_from,
        valid_to,
        lead(valid_from) over (partition by customer_id, scheme order by valid_from) as next_from
    from {{ ref('fct_segment_history') }}

)

select
    customer_id,
    scheme,
    valid_from
from stays
where
    valid_to <= valid_from
    or (valid_to is null) <> (exit_reason is null)
    or (valid_to is null and next_from is not null)
    or valid_to > next_from
    or (exit_reason <> 'left' and (next_from is null or next_from > valid_to))
