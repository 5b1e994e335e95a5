{{ config(materialized='view') }}

{% for scheme in segment_schemes() %}
select
    '{{ scheme.scheme }}' as scheme,
    '{{ scheme.kind }}' as kind,
    '{{ scheme.allowed_use }}' as allowed_use,
    '{{ scheme.settings | default([]) | join(",") }}'
        as settings,
    cast({{ "'" ~ scheme.reason ~ "'" if scheme.reason else 'null' }} as varchar) as reason,
    {{ scheme.is_built | lower }} as is_built
{% if not loop.last %}union all{% endif %}
{% endfor %}
