{# Every row of a landing table that is neither a duplicate nor superseded. #}
{% macro landing_rows_that_stand(table) %}
with source as (

    select * from {{ source('raw', table) }}

),

lost as (

    select
        file_seq,
        row_number
    from {{ ref('landing_rows_lost') }}
    where source_table = '{{ table }}'

)

select source.*
from source
where
    not exists (
        select 1
        from lost
        where
            lost.file_seq = source.file_seq
            and lost.row_number = source.row_number
    )
{% endmacro %}
