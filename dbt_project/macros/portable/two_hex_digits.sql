{# The whole part of a number below 256 as md5 would write it. Spark knows both functions. #}
{% macro two_hex_digits(number) -%}
    lower(lpad(hex(cast(floor({{ number }}) as bigint)), 2, '0'))
{%- endmacro %}
