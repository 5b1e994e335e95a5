{#
    Every sentence about one customer, in each language beside the other: those of a scheme stand in
    phrases/<scheme>.sql. Filled by `said`: {value} stands for a value, {value:day} for a number with
    its English noun ("1 day", "2 days"), {value@tier} for one of `terms`. What stands before the
    first colon is the state of one measure; the figures after it differ every night (`state_of`).
#}
{% macro phrases() %}
    {{ return(of_every_scheme('phrases')) }}
{% endmacro %}


{% macro terms() %}
    {{ return(of_every_scheme('terms')) }}
{% endmacro %}


{# What the macros <scheme>_phrases, or <scheme>_terms, hold; a scheme may do without. #}
{% macro of_every_scheme(kind) %}
    {% set held = {} %}
    {% for name in (segment_schemes() | map(attribute='scheme') | list) + ['entry', 'own_rules'] %}
        {% set macro = context.get(name ~ '_' ~ kind) %}
        {% if macro %}
            {% do held.update(macro()) %}
        {% endif %}
    {% endfor %}
    {{ return(held) }}
{% endmacro %}
