{# Pairs of schemes: each of a list with each later one, or with each of another list. #}
{% macro scheme_pairs(schemes, others=none) %}
    {% set pairs = [] %}
    {% for scheme in schemes %}
        {% for other in (schemes[loop.index:] if others is none else others) %}
            {% do pairs.append([scheme, other]) %}
        {% endfor %}
    {% endfor %}
    {{ return(pairs) }}
{% endmacro %}
