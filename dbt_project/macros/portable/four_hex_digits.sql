{# The whole part of a number below 65,536 as md5 would write it. Spark knows both functions. #}
{% macro four_hex_digits(number) -%}
    lower(lpad(hex(cast(floor({{ number }}) as bigint)), 4, '0'))
{%- endmacro %}
