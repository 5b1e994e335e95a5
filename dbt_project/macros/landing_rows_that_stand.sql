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
left join lost
    on
        source.file_seq = lost.file_seq
        and source.row_number = lost.row_number
where lost.row_number is null
{% endmacro %}
