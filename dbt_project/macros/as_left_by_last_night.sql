{#
    A table that this night will change, as the night before left it; empty as long as there is none.
    It is named, not referenced: what a night starts from is no result of that night, and dbt would see a
    circle. `columns` maps those that are read to their types.
#}
{% macro as_left_by_last_night(schema, table, columns) -%}
    {%- if stands(schema, table) -%}
    {{ schema }}.{{ table }}
    {%- else -%}
    (
        select
            {% for column, type in columns.items() -%}
            cast(null as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
            {% endfor -%}
        where false
    )
    {%- endif -%}
{%- endmacro %}


{#
    Whether there is a table to search in. There is no core until the last table of it was built, nor
    while it is built as a whole.
#}
{% macro stands(schema, table) -%}
    {% if execute and (schema == 'segments' or not flags.FULL_REFRESH) %}
        {% set last = ('core', 'customer_days') if schema == 'core' else (schema, table) %}
        {{ return(adapter.get_relation(target.database, *last) is not none) }}
    {% endif %}
    {{ return(false) }}
{%- endmacro %}
