select
    customer_id,
    order_id,
    ordered_date,
    count(*) as lines,
    count(*) filter (transaction_type = 'sale') as sale_lines,
    sum(amount) as revenue,
    sum(amount) filter (transaction_type = 'sale') as sale_amount,
    sum(abs(quantity)) filter (transaction_type = 'sale') as sale_pieces,
    sum(quantity) filter (transaction_type = 'sale') as pieces,
    sum(amount) filter (transaction_type in ('return', 'cancellation')) as return_amount,
    sum(discount_amount) filter (transaction_type = 'sale') as discount_amount,
    sum(coupon_amount) as coupon_amount,
    sum(line_cost) as known_cost,
    sum(amount) filter (line_cost is not null) as known_cost_revenue,
    sum(amount) filter (transaction_type = 'sale' and line_cost is not null)
        as known_cost_sale_revenue
from {lines}
group by customer_id, order_id, ordered_date
