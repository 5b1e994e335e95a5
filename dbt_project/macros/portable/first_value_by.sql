{# The first known `value` of a group in the order of `columns`, which must be unique in the group. #}
{% macro first_value_by(value, columns) -%}
    min_by({{ value }}, row({{ columns | join(', ') }}))
{%- endmacro %}


{# The last known one. #}
{% macro last_value_by(value, columns) -%}
    max_by({{ value }}, row({{ columns | join(', ') }}))
{%- endmacro %}
