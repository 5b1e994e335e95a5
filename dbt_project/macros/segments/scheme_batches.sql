{#
    The columns of customer_360 that hold segments, those of three schemes together, for what is
    counted by all of them; at last `own_segments`, in which segments without a column stand side by
    side. Customers who are in the same segments of three schemes are a few hundred groups; of all 21
    nearly everybody would be a group by themselves. So the work grows with the number of schemes, not
    with that of their combinations.
#}
{% macro scheme_batches(size=3) %}
    {% set columns = [] %}
    {% for scheme in built_schemes_with_a_column() %}
        {% do columns.append(scheme ~ '_segment') %}
    {% endfor %}
    {{ return((columns | batch(size) | list) + [['own_segments']]) }}
{% endmacro %}


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
