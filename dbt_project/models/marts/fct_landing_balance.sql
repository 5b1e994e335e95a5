{{ config(materialized='view') }}

select
    night.as_of_date,
    night.run_id,
    balance.source_table,
    balance.file_name,
    balance.rows_in,
    balance.accepted,
    balance.duplicates,
    balance.superseded,
    balance.rejected
from {{ ref('landing_balance') }} as balance
cross join {{ source('ops', 'night') }} as night
