-- Lines that the new files bring or take the place of, and whose customers they touch.
create temp table removed as
select lines.customer_id, lines.order_id, lines.file_seq, lines.row_number
from core.transactions as lines
semi join (from new_lost where source_table = 'transactions') as lost
    using (file_seq, row_number);

create temp table added as {lines_select}
where lines.file_seq >= getvariable('first_new');

create temp table touched as
select distinct customer_id, case when customer_id is null then order_id end as guest_order_id
from (
    select customer_id, order_id from removed
    union all
    select customer_id, order_id from added
);

delete from core.transactions
using removed
where
    core.transactions.file_seq = removed.file_seq
    and core.transactions.row_number = removed.row_number;

insert into core.transactions from added;

-- Everything of those customers is done anew, whatever its age.
create temp table touched_lines as
from core.transactions
where
    customer_id in (select customer_id from touched where customer_id is not null)
    or (customer_id is null and order_id in (select guest_order_id from touched));

create temp table touched_order_days as {order_days_select};

{returns}
delete from core.order_days
where
    customer_id in (select customer_id from touched where customer_id is not null)
    or (customer_id is null and order_id in (select guest_order_id from touched));
insert into core.order_days from touched_order_days;

delete from core.order_status
where
    customer_id in (select customer_id from touched where customer_id is not null)
    or (customer_id is null and order_id in (select guest_order_id from touched));
insert into core.order_status from new_order_status;

delete from core.customer_days
where customer_id in (select customer_id from touched where customer_id is not null);
insert into core.customer_days {customer_days_select};
