{#
    Of a group the number, below a million, that has the most of an amount of money; of equal ones the
    smallest, which is the first by name where names are numbered in order. Both stand in one whole
    number of which the greatest is taken: comparing pairs takes ten times as long.
#}
{% macro number_with_most(number, amount) -%}
    cast(
        1000000 - max(
            cast({{ amount }} * 10000 as decimal(38, 0)) * 1000000
            + cast(1000000 - {{ number }} as decimal(38, 0))
        ) % 1000000
        as integer
    )
{%- endmacro %}
