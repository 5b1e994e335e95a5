{# Whether an order counts, by what returns have left of its sale lines. #}
{% macro is_counted(amount, pieces) -%}
    ({{ amount }} > 0 or ({{ amount }} = 0 and {{ pieces }} > 0))
{%- endmacro %}
