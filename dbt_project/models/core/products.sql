select
    product_id,
    name,
    category,
    subcategory,
    department,
    brand,
    unit_cost,
    risk_level,
    file_seq,
    row_number
from {{ ref('stg_landing__products') }}
