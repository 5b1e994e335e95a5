{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail'
) }}

{%- set new_files = ref('new_files') %}
{%- set mentions = customer_mentions() %}

{% if is_incremental() %}
with new_files as (

    select file_seq
    from {{ new_files }}

),

mentioned as (
{% else %}
with mentioned as (
{% endif %}

    {% for table, column in mentions %}
    select {{ column }} as source_customer_id
    from {{ source('raw', table) }}
    where
        {{ column }} is not null
        {% if is_incremental() %}
        and file_seq in (select new_files.file_seq from new_files)
        {% endif %}
    group by {{ column }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    mentioned.source_customer_id,
    mentioned.source_customer_id as customer_id
from mentioned
{% if is_incremental() %}
left join {{ this }} as known
    on mentioned.source_customer_id = known.source_customer_id
where known.source_customer_id is null
{% endif %}
group by mentioned.source_customer_id
