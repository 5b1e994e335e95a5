-- depends_on: {{ source('ops', 'own_rules') }}, {{ ref('customer_segments') }}
-- depends_on: {{ ref('segment_catalogue') }}, {{ ref('scheme_versions') }}
{{ config(
    materialized='view',
    post_hook=["{{ forget_own_segments() }}", "{{ add_own_segments() }}"]
) }}

{% set schemes = own_schemes() %}

with

night as (

    select language
    from {{ source('ops', 'night') }}

),

{# Which rules hold, of every customer; a condition on what is not known, or too large, does not. #}
met as (

    select
        customers.as_of_date,
        {% for column in columns_of_own_rules(schemes) -%}
        customers.{{ column }},
        {% endfor -%}
        {% for rule in conditions_of(schemes) -%}
        coalesce({{ or_null(rule.predicate) }}, false) as met_{{ rule.number }},
        {% endfor -%}
        customers.customer_id
    from {{ ref('customer_base') }} as customers

)

{% for scheme in schemes %}
select
    met.as_of_date,
    met.customer_id,
    '{{ scheme.scheme }}' as scheme,
    {{ first_met(scheme, 'segment_id') }} as segment_id,
    cast(null as double) as score,
    cast(null as double) as margin,
    false as is_borderline,
    cast(null as varchar) as next_segment_id,
    {{ own_rule_met(scheme) }} as reason_1,
    {{ own_rule_figures(scheme) }} as reason_2,
    {{ own_rules_met_too(scheme) }} as reason_3
from met
cross join night
{% if not scheme.has_rest %}
where {{ any_met(scheme.rules) }}
{% endif %}
{% if not loop.last %}union all{% endif %}
{% else %}
select
    met.as_of_date,
    met.customer_id,
    cast(null as varchar) as scheme,
    cast(null as varchar) as segment_id,
    cast(null as double) as score,
    cast(null as double) as margin,
    false as is_borderline,
    cast(null as varchar) as next_segment_id,
    cast(null as varchar) as reason_1,
    cast(null as varchar) as reason_2,
    cast(null as varchar) as reason_3
from met
cross join night
where false
{% endfor %}
