select
    lines.file_seq, lines.row_number, lines.order_id, lines.line_id, lines.customer_id,
    lines.product_id, lines.store_id, lines.channel, lines.transaction_type,
    lines.original_order_id, lines.quantity, lines.amount, lines.discount_amount,
    lines.coupon_amount,
    cast(
        case
            when lines.amount < 0
                or (lines.amount = 0 and lines.transaction_type in ('return', 'cancellation'))
                then -1
            else 1
        end * coalesce(
            abs(lines.cost_amount),
            cast(abs(lines.quantity) * products.unit_cost as decimal(18, 4))
        ) as decimal(18, 4)
    ) as line_cost,
    cast(lines.ordered_at as date) as ordered_date,
    lines.ordered_at
from raw.transactions as lines
left join (select product_id, unit_cost from core.products) as products using (product_id)
anti join (from raw.lost where source_table = 'transactions') as lost
    using (file_seq, row_number)
