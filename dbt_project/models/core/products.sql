{{ landed_table('products') }}

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
from {{ landed_rows('products') }}
