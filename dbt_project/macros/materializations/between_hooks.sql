{#
    Runs the statement that it is called with between a model's hooks, describes what it made
    (`persist_docs`), and commits it.
#}
{% macro between_hooks(made) %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- set told = caller() %}
    {% call statement('main') -%}
        {{ told }}
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(made, model) %}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
{% endmacro %}
