{{ landed_table('transactions') }}

{%- set touched = ref('touched_rows') %}

select
    lines.line_key,
    lines.order_id,
    lines.line_id,
    lines.customer_id,
    lines.product_id,
    lines.original_order_id,
    lines.transaction_type,
    lines.quantity,
    lines.amount,
    lines.ordered_date,
    lines.ordered_at,
    lines.file_seq,
    lines.row_number
from {{ ref('transactions') }} as lines
{% if is_incremental() %}
inner join {{ touched }} as touched
    on
        lines.file_seq = touched.file_seq
        and lines.row_number = touched.row_number
        and touched.source_table = 'transactions'
{% endif %}
where lines.transaction_type in ('return', 'cancellation')
