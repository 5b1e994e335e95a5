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
{% if not loop.last %}union all{% endif %}
{% endfor %}
