{{ landed_table('transactions') }}

{#- Tonight's are among the touched lines: searching all lines for them would cost a pass. #}
{%- set lines = ref('transactions') %}
{%- set touched_lines = ref('touched_lines') %}

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
from {{ touched_lines if is_incremental() else lines }} as lines
where
    lines.transaction_type in ('return', 'cancellation')
    {% if is_incremental() %}
    and lines.stands
    {% endif %}
