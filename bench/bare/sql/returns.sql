-- What returns take from sale lines, all at once
-- instead of one return after the other. A return that names a known order of its customer takes
-- from the lines of that order, newest first; returns and lines are laid along one axis of pieces,
-- and what overlaps is taken. Any other return takes from the customer's newest line of the
-- product at or before it, and no further.
create or replace temp table new_taken as
with sent_back as (
    select
        customer_id, original_order_id, product_id, ordered_at, ordered_date,
        order_id, line_id, file_seq, row_number,
        abs(quantity) as wanted
    from {lines}
    where transaction_type in ('return', 'cancellation') and quantity <> 0
),
named as (
    select sent_back.*
    from sent_back
    semi join {days} as sold
        on sold.order_id = sent_back.original_order_id
        and sold.customer_id is not distinct from sent_back.customer_id
        and sold.sale_lines > 0 and sold.ordered_date <= sent_back.ordered_date
),
wanted as (
    select
        *,
        sum(wanted) over (
            partition by customer_id, original_order_id, product_id
            order by ordered_at, order_id, line_id nulls last, file_seq, row_number
        ) as wanted_to
    from named
),
sold_of_named as (
    select
        order_id, customer_id, product_id, ordered_at, amount, abs(quantity) as size,
        sum(abs(quantity)) over (
            partition by customer_id, order_id, product_id
            order by ordered_at desc, line_id desc nulls first, file_seq desc, row_number desc
        ) as size_to
    from {lines}
    where
        transaction_type = 'sale' and quantity <> 0
        and order_id in (select original_order_id from named)
),
taken_of_named as (
    select
        sold.customer_id, sold.order_id, wanted.ordered_date as taken_date,
        sold.amount, sold.size,
        greatest(wanted.wanted_to - wanted.wanted, sold.size_to - sold.size)
            - (sold.size_to - sold.size) as taken_from,
        least(wanted.wanted_to, sold.size_to) - (sold.size_to - sold.size) as taken_to
    from wanted
    inner join sold_of_named as sold
        on sold.order_id = wanted.original_order_id
        and sold.customer_id is not distinct from wanted.customer_id
        and sold.product_id is not distinct from wanted.product_id
    where
        sold.ordered_at <= wanted.ordered_at
        and wanted.wanted_to - wanted.wanted < sold.size_to
        and wanted.wanted_to > sold.size_to - sold.size
),
unnamed as (
    select *
    from sent_back
    anti join named using (file_seq, row_number)
    where customer_id is not null
),
candidates as (
    select
        unnamed.customer_id, unnamed.file_seq, unnamed.row_number, unnamed.wanted,
        unnamed.ordered_date as taken_date, unnamed.ordered_at as taken_at,
        max_by(
            row(sold.order_id, sold.file_seq, sold.row_number, sold.amount, abs(sold.quantity)),
            row(sold.ordered_at, sold.order_id, sold.line_id, sold.file_seq, sold.row_number)
        ) as line
    from unnamed
    inner join {lines} as sold
        on sold.customer_id = unnamed.customer_id and sold.product_id = unnamed.product_id
    where
        sold.transaction_type = 'sale' and sold.quantity <> 0
        and sold.ordered_at <= unnamed.ordered_at
    group by all
),
taken_of_unnamed as (
    select
        customer_id, line[1] as order_id, taken_date, line[4] as amount, line[5] as size,
        least(wanted_to - wanted, size) as taken_from,
        least(wanted_to, size) as taken_to
    from (
        select
            *,
            sum(wanted) over (
                partition by line[2], line[3] order by taken_at, file_seq, row_number
            ) as wanted_to
        from candidates
    )
)
select
    customer_id, order_id, taken_date as changed_date,
    sum(taken_to - taken_from) as pieces,
    -- What is left is rounded, so that a line of which nothing is left has given all its amount.
    sum(
        cast(amount * (size - taken_from)::double / size as decimal(18, 4))
        - cast(amount * (size - taken_to)::double / size as decimal(18, 4))
    ) as amount
from (from taken_of_named union all from taken_of_unnamed)
where taken_to > taken_from
group by all;

-- Orders that a return or a second day touches, day by day: the others speak for themselves.
create or replace temp table new_order_status as
with sold as (
    select customer_id, order_id, ordered_date, sale_amount, sale_pieces
    from {days}
    where sale_lines > 0
),
special as (
    select customer_id, order_id from new_taken
    union
    -- By hash: an order of one day that shares its hash comes out the same.
    select customer_id, order_id
    from sold
    where hash(customer_id, order_id) in (
        select hash(customer_id, order_id) from sold group by all having count(*) > 1
    )
),
changes as (
    select sold.customer_id, sold.order_id, sold.ordered_date as changed_date,
        coalesce(sold.sale_pieces, 0) as pieces, sold.sale_amount as amount
    from sold
    inner join special
        on sold.order_id = special.order_id
        and sold.customer_id is not distinct from special.customer_id
    union all
    select customer_id, order_id, changed_date, -pieces, -amount from new_taken
),
days as (
    select customer_id, order_id, changed_date, sum(pieces) as pieces, sum(amount) as amount
    from changes
    group by all
),
running as (
    select
        customer_id, order_id, changed_date,
        sum(amount) over so_far as amount_left,
        sum(pieces) over so_far as pieces_left,
        min(changed_date) over (partition by customer_id, order_id) as order_date
    from days
    window so_far as (partition by customer_id, order_id order by changed_date)
),
judged as (
    select
        *, amount_left > 0 or (amount_left = 0 and pieces_left > 0) as is_counted
    from running
)
select
    customer_id, order_id, changed_date as ordered_date, order_date,
    changed_date = order_date and is_counted as is_opened,
    is_counted::int - lag(is_counted::int) over (
        partition by customer_id, order_id order by changed_date
    ) as orders_delta
from judged;
