{#
    Every sentence about one customer, in each language beside the other: those of a scheme stand in
    phrases/<scheme>.sql. Filled by `said`: {value} stands for a value, {value:day} for a number with
    its English noun ("1 day", "2 days"), {value@tier} for one of `terms`. What stands before the
    first colon is the state of one measure; the figures after it differ every night (`state_of`).
#}
{% macro phrases_of(scheme) %}
    {% set phrases = context.get(scheme ~ '_phrases') %}
    {{ return(phrases() if phrases else {}) }}
{% endmacro %}


{# The words for codes, of every scheme; one may do without. #}
{% macro terms() %}
    {% set held = {} %}
    {% for name in (segment_schemes() | map(attribute='scheme') | list) + ['entry', 'own_rules'] %}
        {% set words = context.get(name ~ '_terms') %}
        {% if words %}
            {% do held.update(words()) %}
        {% endif %}
    {% endfor %}
    {{ return(held) }}
{% endmacro %}
