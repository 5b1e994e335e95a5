{{ config(materialized='view') }}

select
    night.as_of_date,
    night.run_id,
    files.source_table,
    files.file_name,
    rejected.reason,
    count(*) as rows
from {{ source('raw', 'rejected_rows') }} as rejected
inner join {{ source('raw', 'files') }} as files on rejected.file_seq = files.file_seq
cross join {{ source('ops', 'night') }} as night
group by
    night.as_of_date, night.run_id, files.source_table, files.file_name, rejected.reason
