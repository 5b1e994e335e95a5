select
    month,
    revenue,
    orders,
    file_seq,
    row_number
from {{ ref('stg_landing__control_totals') }}
