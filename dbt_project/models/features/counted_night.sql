-- depends_on: {{ ref('counted_products') }}, {{ ref('customer_channels') }}
-- depends_on: {{ ref('customer_stores') }}, {{ ref('customer_day_parts') }}
-- depends_on: {{ ref('customer_touches') }}
select
    {{ settings_told_by() }} as settings_digest,
    as_of_date
from {{ source('ops', 'night') }}
