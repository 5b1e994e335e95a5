{{ config(materialized='table', schema='work') }}

{# As long as nothing was applied, core is built as a whole and nothing needs to be searched for. #}
with applied as (

    select file_seq
    from {{ source('ops', 'applied_files') }}

)

select
    loaded.file_seq,
    loaded.source_table
from {{ source('raw', 'files') }} as loaded
left join applied on loaded.file_seq = applied.file_seq
where
    loaded.status = 'loaded'
    and applied.file_seq is null
    and exists (select 1 from {{ source('ops', 'applied_files') }})
