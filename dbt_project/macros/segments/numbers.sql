{# One rounding for every ratio, logarithm, edge and limit that is stored, so that the last digits
   of a double never decide anything and no engine's division shows. #}
{% macro rounded(expression) -%}
    round(cast({{ expression }} as double), 9)
{%- endmacro %}


{# A share in [0, 1]; null where the part is unknown (least and greatest would pass over it) or
   there is nothing to divide by. #}
{% macro share_of(part, whole) -%}
    case
        when {{ part }} is not null and {{ whole }} > 0
            then greatest(
                least({{ rounded('cast(' ~ part ~ ' as double) / ' ~ whole) }}, 1.0), 0.0
            )
    end
{%- endmacro %}


{# A ratio that may lie outside [0, 1]; null where there is nothing to divide by. #}
{% macro ratio_of(part, whole) -%}
    {{ rounded('cast(' ~ part ~ ' as double) / nullif(' ~ whole ~ ', 0)') }}
{%- endmacro %}


{# A double as a decimal that can be summed exactly: sums of doubles depend on their order. #}
{% macro summable(expression) -%}
    cast({{ expression }} as decimal(28, 9))
{%- endmacro %}


{# A figure of money or days in a sentence: two decimals, or none. #}
{% macro as_money(expression) -%}
    cast(cast(round({{ expression }}, 2) as decimal(18, 2)) as varchar)
{%- endmacro %}


{# The same with the account's currency, if there is one. #}
{% macro in_currency(expression, currency='night.currency') -%}
    {{ as_money(expression) }} || coalesce(' ' || {{ currency }}, '')
{%- endmacro %}


{% macro as_whole(expression) -%}
    cast(cast(round({{ expression }}) as bigint) as varchar)
{%- endmacro %}


{# "1 order", "2 orders". #}
{% macro counted(expression, noun) -%}
    cast({{ expression }} as varchar)
    || case when {{ expression }} = 1 then ' {{ noun }}' else ' {{ noun }}s' end
{%- endmacro %}
