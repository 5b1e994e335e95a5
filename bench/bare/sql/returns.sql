-- What returns take from sale lines, all at once instead of one return after the other. A return
-- belongs to the order that it names, if its customer has it by then, else to the order of the
-- customer's newest line of the product. There it takes pieces of the product, newest line first:
-- returns and lines are laid along one axis of pieces, and what overlaps is taken. Strata goes
-- further: on to older orders of the customer, to any product, by amount where there are no pieces.
create or replace temp table new_taken as
with sent_back as (
    select
        customer_id, original_order_id, product_id, ordered_at, ordered_date,
        order_id, line_id, file_seq, row_number,
        abs(quantity) as pieces
    from {lines}
    where transaction_type in ('return', 'cancellation') and quantity <> 0
),
naming as (
    select sent_back.* rename (original_order_id as sold_order_id)
    from sent_back
    semi join {days} as sold
        on sold.order_id = sent_back.original_order_id
        and sold.customer_id is not distinct from sent_back.customer_id
        and sold.sale_lines > 0 and sold.ordered_date <= sent_back.ordered_date
),
naming_none as (
    select
        sent_back.customer_id,
        max_by(
            sold.order_id,
            row(sold.ordered_at, sold.order_id, sold.line_id, sold.file_seq, sold.row_number)
        ) as sold_order_id,
        sent_back.* exclude (customer_id, original_order_id)
    from sent_back
    inner join {lines} as sold
        on sold.customer_id = sent_back.customer_id and sold.product_id = sent_back.product_id
    where
        sold.transaction_type = 'sale' and sold.quantity <> 0
        and sold.ordered_at <= sent_back.ordered_at
        and (sent_back.file_seq, sent_back.row_number)
            not in (select (file_seq, row_number) from naming)
    group by all
),
returned as (
    select
        *,
        sum(pieces) over (
            partition by customer_id, sold_order_id, product_id
            order by ordered_at, order_id, line_id nulls last, file_seq, row_number
        ) as pieces_to
    from (from naming union all by name from naming_none)
),
sold as (
    select
        order_id, customer_id, product_id, ordered_at, amount, abs(quantity) as size,
        sum(abs(quantity)) over (
            partition by customer_id, order_id, product_id
            order by ordered_at desc, line_id desc nulls first, file_seq desc, row_number desc
        ) as size_to
    from {lines}
    where
        transaction_type = 'sale' and quantity <> 0
        and order_id in (select sold_order_id from returned)
),
overlapping as (
    select
        sold.customer_id, sold.order_id, returned.ordered_date as taken_date,
        sold.amount, sold.size,
        greatest(returned.pieces_to - returned.pieces, sold.size_to - sold.size)
            - (sold.size_to - sold.size) as taken_from,
        least(returned.pieces_to, sold.size_to) - (sold.size_to - sold.size) as taken_to
    from returned
    inner join sold
        on sold.order_id = returned.sold_order_id
        and sold.customer_id is not distinct from returned.customer_id
        and sold.product_id is not distinct from returned.product_id
    where sold.ordered_at <= returned.ordered_at
)
select
    customer_id, order_id, taken_date as changed_date,
    sum(taken_to - taken_from) as pieces,
    -- What is left is rounded, so that a line of which nothing is left has given all its amount.
    sum(
        cast(amount * (size - taken_from)::double / size as decimal(18, 4))
        - cast(amount * (size - taken_to)::double / size as decimal(18, 4))
    ) as amount
from overlapping
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
