{{ config(materialized='view') }}

{% set texts = ['offer', 'channel', 'message_angle', 'service_level'] %}
{% set columns = ['contact_limit_count', 'contact_limit_days'] %}
{% for text in texts %}
{% do columns.extend([text, text ~ '_zh']) %}
{% endfor %}

with

{# The company's own words come first; those in one language alone are told in both, for the shipped
   ones would say something else. #}
plays as (

    select
        coalesce(edits.segment_id, shipped.segment_id) as play_key,
        coalesce(edits.recommended_action, edits.recommended_action_zh) as recommended_action,
        coalesce(edits.recommended_action_zh, edits.recommended_action) as recommended_action_zh,
        {% for text in texts %}
        coalesce(edits.{{ text }}, edits.{{ text }}_zh, shipped.{{ text }}) as {{ text }},
        coalesce(edits.{{ text }}_zh, edits.{{ text }}, shipped.{{ text }}_zh) as {{ text }}_zh,
        {% endfor %}
        coalesce(edits.contact_limit_count, shipped.contact_limit_count) as contact_limit_count,
        coalesce(edits.contact_limit_days, shipped.contact_limit_days) as contact_limit_days
    from {{ ref('segment_playbook') }} as shipped
    full outer join {{ source('ops', 'playbook_edits') }} as edits
        on shipped.segment_id = edits.segment_id

),

{# A learned segment has the play of its name, without what was added to tell two of them apart. #}
segments as (

    select
        segment_id,
        scheme,
        recommended_action,
        recommended_action_zh,
        scheme || '.' || lower(
            replace(replace(split_part(segment_name, ':', 1), ' ', '_'), '-', '_')
        ) as name_key
    from {{ ref('segment_catalogue') }}

),

chosen as (

    select
        segments.segment_id,
        segments.scheme,
        coalesce(by_id.play_key, by_name.play_key, by_scheme.play_key) is not null as has_own_play,
        coalesce(
            by_id.recommended_action, by_name.recommended_action, by_scheme.recommended_action,
            segments.recommended_action, defaults.recommended_action
        ) as recommended_action,
        coalesce(
            by_id.recommended_action_zh, by_name.recommended_action_zh,
            by_scheme.recommended_action_zh, segments.recommended_action_zh,
            defaults.recommended_action_zh
        ) as recommended_action_zh,
    {% for column in columns %}
    coalesce(
        by_id.{{ column }}, by_name.{{ column }}, by_scheme.{{ column }}, defaults.{{ column }}
    ) as {{ column }}{{ ',' if not loop.last }}
    {% endfor %}
    from segments
    left join plays as by_id on segments.segment_id = by_id.play_key
    left join plays as by_name on segments.name_key = by_name.play_key
    left join plays as by_scheme on segments.scheme = by_scheme.play_key
    left join plays as defaults on defaults.play_key = 'default'

)

select
    chosen.*,
    case
        when chosen.contact_limit_count = 0 then 'None'
        else
            'At most ' || cast(chosen.contact_limit_count as varchar) || ' in '
            || {{ counted('chosen.contact_limit_days', 'day') }}
    end as contact_limit,
    case
        when chosen.contact_limit_count = 0 then '不主动联系'
        else
            cast(chosen.contact_limit_days as varchar) || '天内最多'
            || cast(chosen.contact_limit_count as varchar) || '次'
    end as contact_limit_zh
from chosen
