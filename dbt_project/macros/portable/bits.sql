{# Sets of small numbers as the bits of a bigint, 0 to 61. On Spark: shiftleft(1L, number). #}
{% macro bit_of(number) -%}
    (cast(1 as bigint) << cast({{ number }} as integer))
{%- endmacro %}


{# How many numbers such a set holds; none if there is no set. #}
{% macro bits_in(bits) -%}
    cast(coalesce(bit_count({{ bits }}), 0) as bigint)
{%- endmacro %}


{# The smallest number from 0 that such a set lacks: as many as there are ones at its lower end. #}
{% macro first_bit_not_in(bits) -%}
    cast(bit_count({{ bits }} & ~({{ bits }} + 1)) as bigint)
{%- endmacro %}


{# A number as bits from `place` on; on Spark: shiftleft(number, place). #}
{% macro bits_at(number, place) -%}
    (cast({{ number }} as bigint) << {{ place }})
{%- endmacro %}


{# The number that `width` bits from `place` on make; on Spark: shiftright(bits, place). #}
{% macro bits_from(bits, place, width) -%}
    ((coalesce({{ bits }}, 0) >> {{ place }}) & {{ 2 ** width - 1 }})
{%- endmacro %}
