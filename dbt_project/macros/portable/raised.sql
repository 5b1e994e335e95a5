{# Stops the statement where a row gets here. Spark says raise_error(…). #}
{% macro raised(message) -%}
    error('{{ message }}')
{%- endmacro %}
