{{ config(meta={'dagster': {'ref': {'name': 'fct_segment_history'}}}) }}

{# Two stays at a time count a customer twice in every figure over time; a hole between two, or an
   end with none after it, loses the customer, unless the customer left. One stay at most is open.
   Who did not move tonight was looked at when that happened. #}
with

moved as (

    select distinct
        customer_id,
        scheme
    from {{ ref('moved_customers') }}

),

stays as (

    select
        history.customer_id,
        history.scheme,
        history.exit_reason,
        history.valid_from,
        history.valid_to,
        lead(history.valid_from) over (
            partition by history.customer_id, history.scheme order by history.valid_from
        ) as next_from
    from {{ ref('fct_segment_history') }} as history
    inner join moved
        on history.customer_id = moved.customer_id and history.scheme = moved.scheme

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
