{#
    A digest of several values of one row: equal where all of them are equal, nulls included. The cast
    of a row quotes its strings, so no two different rows read the same. Spark says to_json(struct(…)).
#}
{% macro row_digest(columns) -%}
    md5(cast(row({{ columns | join(', ') }}) as varchar))
{%- endmacro %}
