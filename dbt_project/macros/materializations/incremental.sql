{#
    A model that appends is inserted straight into its table, once one question has shown that both have
    the same columns. dbt-duckdb makes a temporary relation of the query first, and asks for the columns
    of one or the other five times. Built as a whole, it is built as any table. What is not simply
    appended to, and what takes on new columns (`on_schema_change`), is the adapter's own.
#}
{% materialization incremental, adapter='duckdb' %}
    {%- set standing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}

    {%- if
        config.get('incremental_strategy') != 'append' or config.get('on_schema_change') != 'fail'
    -%}
        {{ return(dbt.materialization_incremental_duckdb()) }}
    {%- elif standing is none or not standing.is_table or should_full_refresh() -%}
        {{ return(materialization_table_duckdb()) }}
    {%- endif -%}

    {% call between_hooks(target_relation) -%}
        {%- set columns = columns_to_append(target_relation, compiled_code) -%}
        insert into {{ target_relation }} ({{ columns | join(', ') }})
        select {{ columns | join(', ') }}
        from (
            {{ compiled_code }}
        ) as appended
    {%- endcall %}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}


{# The columns that a query and the table that it is appended to have; stops if they are not the same. #}
{% macro columns_to_append(relation, query) %}
    {%- set found = run_query(
        'select standing.column_name, appended.column_name, standing.column_type, '
        ~ 'appended.column_type from (describe ' ~ relation ~ ') as standing '
        ~ 'full join (describe ' ~ query ~ ') as appended '
        ~ 'on standing.column_name = appended.column_name'
    ) -%}
    {%- set columns = [] -%}
    {%- set differing = [] -%}
    {%- for column in found.rows -%}
        {%- if column[0] is none -%}
            {%- do differing.append(column[1] ~ ' is missing in the table') -%}
        {%- elif column[1] is none -%}
            {%- do differing.append(column[0] ~ ' is in the table alone') -%}
        {%- elif column[2] != column[3] -%}
            {%- do differing.append(column[0] ~ ' is ' ~ column[2] ~ ' in the table, not ' ~ column[3]) -%}
        {%- else -%}
            {%- do columns.append(adapter.quote(column[0])) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if differing -%}
        {%- do exceptions.raise_compiler_error(
            'The columns of ' ~ relation ~ ' are not those of its model: ' ~ differing | join(', ')
            ~ '. Run `strata rebuild`.'
        ) -%}
    {%- endif -%}
    {{ return(columns) }}
{% endmacro %}
