{{ config(meta={'dagster': {'ref': {'name': 'customer_360'}}}) }}

{# A customer that falls through every rule is missing from a scheme that others are in. #}
{% set always = ['rfm', 'value_tier'] %}
{% set schemes = schemes_with_a_column()
    | selectattr('kind', 'equalto', 'rule') | selectattr('is_built')
    | map(attribute='scheme') | reject('in', always) | list %}
{% set found = [] %}
{% for scheme in schemes %}
{% do found.append('count(' ~ scheme ~ '_segment) > 0 as has_' ~ scheme) %}
{% endfor %}

with

available as (

    select
        {{ found | join(',
        ') }}
    from {{ ref('customer_360') }}

)

select customers.customer_id
from {{ ref('customer_360') }} as customers
cross join available
where
    {% for scheme in always -%}
    {{ 'or ' if not loop.first }}customers.{{ scheme }}_segment is null
    {% endfor -%}
    {% for scheme in schemes -%}
    or (available.has_{{ scheme }} and customers.{{ scheme }}_segment is null)
    {% endfor %}
