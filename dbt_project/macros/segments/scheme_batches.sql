{#
    The built schemes, three together, for what is counted by all of them. Customers who are in the same
    segments of three schemes are a few hundred groups; of all 21 nearly everybody would be a group by
    themselves. So the work grows with the number of schemes, not with that of their combinations.
#}
{% macro scheme_batches(size=3) %}
    {{ return(built_schemes() | batch(size) | list) }}
{% endmacro %}
