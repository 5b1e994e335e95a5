{# Of a code's neighbours, the one that is reached by one measure going up or down. #}
{% macro way_out(value, measure, way) -%}
    max(
        case
            when measure = '{{ measure }}' and {{ '' if way == 'up' else 'not ' }}is_upward
                then {{ value }}
        end
    )
{%- endmacro %}


{# How far a customer is from that neighbour, in score points; null if there is none. #}
{% macro way_length(measure, way) -%}
    {%- set position = 'customers.' ~ measure[0] ~ '_position' -%}
    {%- set score = 'neighbours.' ~ measure ~ '_' ~ way ~ '_score' -%}
    {{ rounded(
        score ~ ' - ' ~ position if way == 'up' else position ~ ' - ' ~ score ~ ' - 1'
    ) }}
{%- endmacro %}
