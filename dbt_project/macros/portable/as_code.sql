{#
    A text of a file as the end of a segment id: lower case, letters and digits of any script, the
    rest as single underscores; null where nothing is left. Spark's regexp_replace replaces all
    without being told so.
#}
{% macro as_code(expression) -%}
    nullif(trim(regexp_replace(lower({{ expression }}), '[^\p{L}\p{N}]+', '_', 'g'), '_'), '')
{%- endmacro %}
