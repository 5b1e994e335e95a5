with sale_lines as (

    select
        order_key,
        customer_id,
        quantity,
        amount,
        ordered_date
    from {{ ref('transactions') }}
    where transaction_type = 'sale'

),

allocations as (

    select
        order_key,
        customer_id,
        pieces_taken,
        amount_taken,
        returned_date
    from {{ ref('return_allocations') }}

),

changes as (

    select
        order_key,
        customer_id,
        sum(coalesce(abs(quantity), 0)) as pieces,
        sum(amount) as amount,
        ordered_date as changed_date
    from sale_lines
    group by order_key, customer_id, ordered_date

    union all

    select
        order_key,
        customer_id,
        -sum(pieces_taken) as pieces,
        -sum(amount_taken) as amount,
        returned_date as changed_date
    from allocations
    group by order_key, customer_id, returned_date

),

days as (

    select
        order_key,
        customer_id,
        sum(pieces) as pieces,
        sum(amount) as amount,
        changed_date
    from changes
    group by order_key, customer_id, changed_date

),

running as (

    select
        order_key,
        customer_id,
        sum(pieces) over (
            partition by order_key
            order by changed_date
            rows between unbounded preceding and current row
        ) as pieces_left,
        sum(amount) over (
            partition by order_key
            order by changed_date
            rows between unbounded preceding and current row
        ) as amount_left,
        min(changed_date) over (partition by order_key) as order_date,
        changed_date
    from days

),

judged as (

    select
        *,
        amount_left > 0 or (amount_left = 0 and pieces_left > 0) as is_counted
    from running

)

select
    order_key,
    customer_id,
    cast(pieces_left as decimal(18, 4)) as pieces_left,
    cast(amount_left as decimal(18, 4)) as amount_left,
    is_counted,
    lag(is_counted) over (partition by order_key order by changed_date) as was_counted,
    order_date,
    changed_date
from judged
