create table core.transactions as {lines_select};

-- One pass over the lines; everything below reads this, a third of their number.
create table core.order_days as {order_days_select};

{returns}
create table core.order_status as from new_order_status;

create table core.customer_days as {customer_days_select};
