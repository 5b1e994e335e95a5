{#
    A table that this night will change, as the night before left it; empty as long as there is no core.
    It is named, not referenced: what a night starts from is no result of that night, and dbt would see a
    circle. `columns` maps those that are read to their types.
#}
{% macro as_left_by_last_night(schema, table, columns) -%}
    {%- if core_stands() -%}
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


{# Whether there is a core to search in: until its last table was built there is none. #}
{% macro core_stands() -%}
    {% if execute %}
        {{ return(adapter.get_relation(target.database, 'core', 'customer_days') is not none) }}
    {% endif %}
    {{ return(false) }}
{%- endmacro %}
