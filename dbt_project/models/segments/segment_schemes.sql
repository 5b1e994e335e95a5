{{ config(materialized='view') }}

{% for scheme in segment_schemes() %}
select
    '{{ scheme.scheme }}' as scheme,
    '{{ scheme.kind }}' as kind,
    '{{ scheme.allowed_use }}' as allowed_use,
    '{{ scheme.settings | join(",") }}'
        as settings,
    '{{ scheme.enabled_by | join(", ") }}' as enabled_by,
    {{ scheme.is_built | lower }} as is_built
union all
{% endfor %}
select distinct
    scheme,
    'own' as kind,
    allowed_use,
    '' as settings,
    '' as enabled_by,
    true as is_built
from {{ source('ops', 'own_rules') }}
