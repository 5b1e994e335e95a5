{{ config(materialized='table', schema='work') }}

{#- As a table even under --empty, for a subquery has no row ids. #}
{%- set landed = source('raw', 'transactions').render() %}

{# All rows of new files, which lie side by side, and a few of old ones. #}
{% set old_rows -%}
select
    touched.file_seq,
    touched.row_number
from {{ ref('touched_rows') }} as touched
where
    touched.source_table = 'transactions'
    and touched.file_seq not in (
        select new_files.file_seq
        from {{ ref('new_files') }} as new_files
    )
{%- endset %}

select *
from {{ landed }}
where file_seq in (
    select new_files.file_seq
    from {{ ref('new_files') }} as new_files
    where new_files.source_table = 'transactions'
)

union all

select *
from {{ landed }}
where {{ is_among_few(landed, ['file_seq', 'row_number'], old_rows) }}
