{# A view replaces what stands in its place, in one statement; the reason is the one of tables. #}
{% materialization view, adapter='duckdb' %}
    {%- set standing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='view') -%}

    {% call between_hooks(target_relation) -%}
        drop {{ standing.type if standing is not none else 'view' }} if exists {{ target_relation }};
        {{ get_create_view_as_sql(target_relation, sql) }}
    {%- endcall %}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
