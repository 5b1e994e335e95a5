with applied as (

    select file_seq
    from {{ source('ops', 'applied_files') }}

),

touched_lines as (

    select
        order_id,
        customer_id,
        {{ return_taker('customer_id', 'original_order_id') }} as taker_of_return,
        {{ return_taker('customer_id', 'order_id') }} as taker_of_sale,
        transaction_type in ('return', 'cancellation') as is_return,
        ordered_at
    from {{ ref('touched_lines') }}

),

{# Of whoever has touched lines: a taker is put together for these alone. #}
returns as (

    select
        {{ return_taker('customer_id', 'original_order_id') }} as taker,
        ordered_at
    from {{ ref('return_lines') }}
    where
        customer_id in (
            select touched_lines.customer_id
            from touched_lines
            where not touched_lines.is_return
        )

    union all

    select
        {{ return_taker('customer_id', 'original_order_id') }} as taker,
        ordered_at
    from {{ ref('return_lines') }}
    where
        customer_id is null
        and original_order_id in (
            select touched_lines.order_id
            from touched_lines
            where
                touched_lines.customer_id is null
                and not touched_lines.is_return
        )

),

touched as (

    {# Everything, while core is built as a whole. #}
    select {{ return_taker('customer_id', 'original_order_id') }} as taker
    from {{ ref('return_lines') }}
    where not exists (select 1 from applied)

    union

    select taker_of_return as taker
    from touched_lines
    where is_return

    union

    {# A sale matters to the returns at or after its own time; most have none yet. #}
    select returns.taker
    from touched_lines
    inner join returns
        on
            touched_lines.taker_of_sale = returns.taker
            and touched_lines.ordered_at <= returns.ordered_at
    where not touched_lines.is_return

)

select taker
from touched
where taker is not null
