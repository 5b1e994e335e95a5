{# The number of a night's edges that a value lies strictly above, 0 to 4. #}
{% macro edges_below(value, edges) -%}
    (
        {%- for number in range(1, 5) %}
        case when {{ value }} > {{ edges }}.edge_{{ number }} then 1 else 0 end
        {%- if not loop.last %} +{% endif %}
        {%- endfor %}
    )
{%- endmacro %}


{# How far a value lies into its band, 0 to 1, linear between the band's edges. Whole numbers count
   as the middle of their own unit, so that a customer with exactly 2 orders in a band of 2 orders
   stands in its middle and not on its edge; `step` is 1 for them and 0 for money. #}
{% macro depth_in_band(value, band, edges, step) -%}
    {%- set lower -%}
        case {{ band }}
            when 0 then {{ edges }}.lowest - {{ step }}
            {%- for number in range(1, 5) %}
            when {{ number }} then {{ edges }}.edge_{{ number }}
            {%- endfor %}
        end
    {%- endset -%}
    {%- set upper -%}
        case {{ band }}
            {%- for number in range(1, 5) %}
            when {{ number - 1 }} then {{ edges }}.edge_{{ number }}
            {%- endfor %}
            when 4 then greatest({{ edges }}.highest, {{ edges }}.edge_4)
        end
    {%- endset -%}
    {%- if step -%}
        {%- set lower = 'floor(' ~ lower ~ ')' -%}
        {%- set upper = 'floor(' ~ upper ~ ')' -%}
    {%- endif -%}
    greatest(least(coalesce(
        {{ rounded('(' ~ value ~ ' - ' ~ step / 2 ~ ' - ' ~ lower ~ ') / nullif('
            ~ upper ~ ' - ' ~ lower ~ ', 0)') }}, 0.5
    ), 1.0), 0.0)
{%- endmacro %}


{# The tier of a place among n, ties at the better one: (rank - 1) / n < 0.2 high, < 0.5 medium, in
   whole numbers, where no rounding can move a customer; null without a place. #}
{% macro tier_by_rank(rank, count) -%}
    case
        when ({{ rank }} - 1) * 10 < {{ count }} * 2 then 'high'
        when ({{ rank }} - 1) * 10 < {{ count }} * 5 then 'medium'
        when {{ rank }} is not null then 'low'
    end
{%- endmacro %}
