{# The entries of a comma-separated text, a row each. Spark says explode(split(…)). #}
{% macro rows_of_list(text) -%}
    unnest(string_split({{ text }}, ','))
{%- endmacro %}
