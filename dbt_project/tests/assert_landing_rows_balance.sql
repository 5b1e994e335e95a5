{#
    Guards against rows that vanish or are counted twice between a landing file and core. The rows in
    come from a second reader of the file, the accepted ones are counted in core.
#}
{{ config(meta={'dagster': {'ref': {'name': 'landing_balance'}}}) }}

select *
from {{ ref('landing_balance') }}
where rows_in <> accepted + duplicates + superseded + rejected
