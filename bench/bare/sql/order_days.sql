-- Sums as decimal(18, 4): a sum's own 38 digits would cost the next one twice as much.
select
    customer_id,
    order_id,
    ordered_date,
    -- Nearly every order has one; which of several makes no difference to its sums.
    min(channel) filter (transaction_type = 'sale') as channel,
    min(store_id) filter (transaction_type = 'sale') as store_id,
    min(ordered_at) filter (transaction_type = 'sale') as first_sold_at,
    count(*) as lines,
    count(*) filter (transaction_type = 'sale') as sale_lines,
    sum(amount)::decimal(18, 4) as revenue,
    (sum(amount) filter (transaction_type = 'sale'))::decimal(18, 4) as sale_amount,
    (sum(abs(quantity)) filter (transaction_type = 'sale'))::decimal(18, 4) as sale_pieces,
    (sum(quantity) filter (transaction_type = 'sale'))::decimal(18, 4) as pieces,
    (sum(amount) filter (transaction_type in ('return', 'cancellation')))::decimal(18, 4)
        as return_amount,
    (sum(discount_amount) filter (transaction_type = 'sale'))::decimal(18, 4) as discount_amount,
    sum(coupon_amount)::decimal(18, 4) as coupon_amount,
    sum(line_cost)::decimal(18, 4) as known_cost,
    (sum(amount) filter (line_cost is not null))::decimal(18, 4) as known_cost_revenue,
    (sum(amount) filter (transaction_type = 'sale' and line_cost is not null))::decimal(18, 4)
        as known_cost_sale_revenue
from {lines}
group by customer_id, order_id, ordered_date
