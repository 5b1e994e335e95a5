select
    store_id,
    name,
    region,
    city,
    latitude,
    longitude,
    file_seq,
    row_number
from {{ ref('stg_landing__stores') }}
