{#
    a × b ÷ c of decimals, as a decimal of `scale` places. Engines disagree on the type of a quotient
    of decimals (DuckDB: double), so the way over double is written out. Each value is computed by
    itself, so the result does not depend on threads; up to 10^11 its fourth place is exact.
#}
{% macro ratio(a, b, c, scale=10) -%}
    cast(
        cast({{ a }} as double) * cast({{ b }} as double) / cast({{ c }} as double)
        as decimal(28, {{ scale }})
    )
{%- endmacro %}
