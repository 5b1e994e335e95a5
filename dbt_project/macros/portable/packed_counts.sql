{#
    Two counts in one sum: of the rows in which bit `low` is set, and of those with bit `low` + 31, for
    half as many sums. Each count has 31 bits of its own, so that up to two billion rows never run over
    into the other. On Spark the sum is one of decimal(38, 0), for a bigint would run over.
#}
{% macro packed_counts(bits, low) -%}
    sum({{ bits }} & {{ 2 ** low + 2 ** (low + 31) }})
{%- endmacro %}


{# The count of bit `bit` in such a sum. #}
{% macro unpacked_count(packed, bit) -%}
    cast(({{ packed }} >> {{ bit }}) & {{ 2 ** 31 - 1 }} as bigint)
{%- endmacro %}
