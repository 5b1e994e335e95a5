{# Calendar months, or quarters, counted on without a break: two days' difference is whole periods. #}
{% macro month_number(day) -%}
    (extract(year from {{ day }}) * 12 + extract(month from {{ day }}))
{%- endmacro %}


{% macro quarter_number(day) -%}
    (extract(year from {{ day }}) * 4 + extract(quarter from {{ day }}))
{%- endmacro %}
