{#
    What an incremental model appends goes straight into its table. dbt-duckdb would first write it to a
    temporary table, which takes memory for all of it, and which DuckDB then reads with one thread.
    Everything else is the adapter's own.
#}
{% macro duckdb__create_table_as(
    temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none
) -%}
    {%- if temporary and config.get('incremental_strategy') == 'append' -%}
    create temporary view {{ relation.include(database=false, schema=false) }} as (
        {{ compiled_code }}
    );
    {%- else -%}
    {{ dbt.duckdb__create_table_as(
        temporary, relation, compiled_code, language, partitioned_by, sorted_by
    ) }}
    {%- endif -%}
{%- endmacro %}
