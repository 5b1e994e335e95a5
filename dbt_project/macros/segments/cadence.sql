{# The silence, in days, that the next gap of a customer with n gaps of S days in all stays below
   with probability q: t_q = (alpha + S)((1 - q)^(-1 / (r + n)) - 1), from the NBD posterior of
   Schmittlein, Morrison & Colombo (1987). Never under `at_least` days. #}
{% macro cadence_limit(quantile, gaps, gap_days, at_least, cadence='cadence') -%}
    greatest(
        {{ rounded(
            '(' ~ cadence ~ '.alpha + ' ~ gap_days ~ ') * (power(1 - ' ~ quantile
            ~ ', -1 / (' ~ cadence ~ '.r + ' ~ gaps ~ ')) - 1)'
        ) }},
        cast({{ at_least }} as double)
    )
{%- endmacro %}
