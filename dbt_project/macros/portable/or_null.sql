{#
    What an expression yields, and null where it cannot be computed, such as a product with too many
    digits: one customer's figures must not stop everybody's night. Spark has it function by
    function (`try_multiply`).
#}
{% macro or_null(expression) -%}
    try({{ expression }})
{%- endmacro %}
