{# The needs that there are, in the order of their names, in which the first of equal ones is taken. #}
{% macro needs() %}
    {{ return(['emotional', 'functional', 'social']) }}
{% endmacro %}


{# A column of each need, such as <need>_lead, of a relation. #}
{% macro of_each_need(relation, suffix) -%}
    {%- for need in needs() -%}
    {{ relation }}.{{ need }}_{{ suffix }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
