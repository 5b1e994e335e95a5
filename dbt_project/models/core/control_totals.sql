{{ landed_table('control_totals') }}

select
    month,
    revenue,
    orders,
    file_seq,
    row_number
from {{ landed_rows('control_totals') }}
