{{ config(materialized='view') }}

{% for scheme in segment_schemes() %}
select
    '{{ scheme.scheme }}' as scheme,
    '{{ scheme.kind }}' as kind,
    '{{ scheme.allowed_use.text }}' as allowed_use,
    '{{ scheme.allowed_use.text_zh }}' as allowed_use_zh,
    '{{ scheme.allowed_use.forbidden | join(",") }}'
        as forbidden_uses,
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
    allowed_use_zh,
    forbidden_uses,
    '' as settings,
    '' as enabled_by,
    true as is_built
from {{ source('ops', 'own_rules') }}
