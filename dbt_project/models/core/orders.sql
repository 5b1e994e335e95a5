with sale_lines as (

    select
        order_key,
        order_id,
        customer_id,
        channel,
        amount,
        discount_amount,
        ordered_date,
        ordered_at,
        file_seq,
        row_number
    from {{ ref('transactions') }}
    where transaction_type = 'sale'

),

order_days as (

    select
        order_key,
        is_counted,
        was_counted,
        order_date,
        changed_date
    from {{ ref('int_order_days') }}

),

placed as (

    select
        order_key,
        order_id,
        customer_id,
        {{ first_value_by('channel', ['ordered_at', 'file_seq', 'row_number']) }} as channel,
        count(*) as lines,
        cast(sum(amount) as decimal(18, 4)) as sale_amount,
        cast(coalesce(sum(discount_amount), 0) as decimal(18, 4)) as discount_amount,
        min(ordered_date) as order_date,
        min(ordered_at) as ordered_at
    from sale_lines
    group by order_key, order_id, customer_id

),

judged as (

    select
        order_key,
        max_by(is_counted, changed_date) as is_counted,
        min_by(is_counted, changed_date) as is_counted_on_order_date,
        max(case when not is_counted and coalesce(was_counted, true) then changed_date end)
            as last_closed_date
    from order_days
    group by order_key

)

select
    placed.order_key,
    placed.order_id,
    placed.customer_id,
    placed.channel,
    placed.lines,
    placed.sale_amount,
    placed.discount_amount,
    judged.is_counted_on_order_date,
    placed.order_date,
    case when not judged.is_counted then judged.last_closed_date end as closed_date,
    placed.ordered_at
from placed
inner join judged
    on placed.order_key = judged.order_key
