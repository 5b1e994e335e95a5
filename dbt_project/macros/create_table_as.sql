{#
    What an incremental model appends goes straight into its table. dbt-duckdb would first write it to a
    temporary table, which takes memory for all of it, and which DuckDB then reads with one thread.

    A model may say how its texts are stored: `meta={'stored_as': {column: way}}`. Left to itself, DuckDB
    takes of the ways that it tries the one that needs the least room, which for ids is the slowest to
    write by far. It never tries zstd, in which they take half of that room.

    Everything else is the adapter's own.
#}
{% macro duckdb__create_table_as(
    temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none
) -%}
    {%- if temporary and config.get('incremental_strategy') == 'append' -%}
    create temporary view {{ relation.include(database=false, schema=false) }} as (
        {{ compiled_code }}
    );
    {%- elif temporary or config.get('contract').enforced or not ways_to_store() -%}
    {{ dbt.duckdb__create_table_as(
        temporary, relation, compiled_code, language, partitioned_by, sorted_by
    ) }}
    {%- else -%}
    {%- set columns = [] -%}
    {%- for column in run_query('describe ' ~ compiled_code).rows -%}
        {%- do columns.append(adapter.quote(column[0]) ~ ' ' ~ column[1] ~ stored_as(column[0])) -%}
    {%- endfor -%}
    create table {{ relation }} ({{ columns | join(', ') }});
    insert into {{ relation }}
    {{ compiled_code }};
    {%- endif -%}
{%- endmacro %}


{# The columns of a model with a contract, as dbt declares them, and how they are stored. #}
{% macro duckdb__get_table_columns_and_constraints() -%}
    {%- set declared = [] -%}
    {%- set names = model['columns'].keys() | list -%}
    {%- for column in adapter.render_raw_columns_constraints(raw_columns=model['columns']) -%}
        {%- do declared.append(column ~ stored_as(names[loop.index0])) -%}
    {%- endfor -%}
    {%- do declared.extend(
        adapter.render_raw_model_constraints(raw_constraints=model['constraints'])
    ) -%}
    ({{ declared | join(', ') }})
{%- endmacro %}


{% macro ways_to_store() -%}
    {{ return(config.get('meta', {}).get('stored_as', {})) }}
{%- endmacro %}


{% macro stored_as(column) -%}
    {%- if column in ways_to_store() %} using compression {{ ways_to_store()[column] }}{% endif -%}
{%- endmacro %}
