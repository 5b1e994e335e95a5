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
{% if not loop.last %}union all{% endif %}
{% endfor %}
