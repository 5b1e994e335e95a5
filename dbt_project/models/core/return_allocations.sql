{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_touched_takers() }}"
) }}

{%- set touched = ref('touched_takers') %}

with reduced as (

    select
        sale_line_key,
        order_key,
        return_line_key,
        has_pieces,
        amount,
        size,
        left_before,
        left_after
    from {{ ref('int_sale_lines_reduced') }}

),

returns as (

    select
        return_line_key,
        taker,
        customer_id,
        returned_date,
        returned_at
    from {{ ref('int_returns_sequenced') }}

),

{#
    Before and after are rounded, not what lies between: so all that is taken from a line adds up to its
    amount when nothing is left.
#}
rounded as (

    select
        sale_line_key,
        order_key,
        return_line_key,
        case when has_pieces then cast(left_before as decimal(18, 4)) else 0 end as pieces_before,
        case when has_pieces then cast(left_after as decimal(18, 4)) else 0 end as pieces_after,
        {{ ratio('amount', 'left_before', 'size', scale=4) }} as amount_before,
        {{ ratio('amount', 'left_after', 'size', scale=4) }} as amount_after
    from reduced

)

select
    rounded.return_line_key,
    rounded.sale_line_key,
    {{ order_id_of('rounded.order_key') }} as order_id,
    returns.customer_id,
    returns.taker,
    cast(rounded.pieces_before - rounded.pieces_after as decimal(18, 4)) as pieces_taken,
    cast(rounded.amount_before - rounded.amount_after as decimal(18, 4)) as amount_taken,
    returns.returned_date,
    returns.returned_at
from rounded
inner join returns
    on rounded.return_line_key = returns.return_line_key
