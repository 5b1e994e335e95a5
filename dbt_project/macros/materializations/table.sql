{#
    A table is built beside the one that stands and put in its place by the same statement. dbt-duckdb renames
    the old one, renames the new one and drops the old one, each by a macro of its own, for which dbt makes all
    macros callable anew: that took longer than most tables. Either way a build that fails leaves the old one.
#}
{% materialization table, adapter='duckdb' %}
    {%- set standing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set built = make_intermediate_relation(target_relation) -%}

    {% call between_hooks(target_relation) -%}
        {{ create_table_as(False, built, compiled_code) }}
        drop {{ standing.type if standing is not none else 'table' }} if exists {{ target_relation }};
        alter table {{ built }} rename to {{ adapter.quote(target_relation.identifier) }};
    {%- endcall %}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
