{{ landed_table('stores') }}

select
    store_id,
    name,
    region,
    city,
    latitude,
    longitude,
    file_seq,
    row_number
from {{ landed_rows('stores') }}
