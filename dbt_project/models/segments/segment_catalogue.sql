{{ config(materialized='view') }}

{% set texts = [
    'segment_name', 'segment_name_zh', 'description', 'rule_text', 'recommended_action',
    'description_zh', 'rule_text_zh', 'recommended_action_zh',
] %}
{% set learned_texts = [
    'short_rule', 'short_rule_zh', 'typical_customer', 'typical_customer_zh',
] %}

with

{# The words of the rules are those of the default map; another map is told by its codes. #}
map_rules as (

    select
        pairs.segment_id,
        'Codes ' || {{ dbt.listagg('pairs.rfm_code', "', '", 'order by pairs.rfm_code') }} || '.'
        || case
            when pairs.segment_id = 'rfm.lost' then ' Or the last counted order before the window.'
            else ''
        end as rule_text,
        '代码' || {{ dbt.listagg('pairs.rfm_code', "'、'", 'order by pairs.rfm_code') }} || '。'
        || case
            when pairs.segment_id = 'rfm.lost' then '或最后一个有效订单早于统计窗口。'
            else ''
        end as rule_text_zh
    from {{ ref('rfm_segment_map') }} as pairs
    inner join {{ source('ops', 'night') }} as night on pairs.map = night.rfm_map
    where pairs.map <> 'default'
    group by pairs.segment_id

),

named as (

    select
        segment_names.segment_id,
        segment_names.scheme,
        {% for text in texts %}
        {% if text.startswith('rule_text') %}
        coalesce(map_rules.{{ text }}, segment_names.{{ text }}) as {{ text }},
        {% else %}
        segment_names.{{ text }},
        {% endif %}
        {% endfor %}
        segment_names.worth_rank
    from {{ ref('segment_names') }} as segment_names
    left join map_rules on segment_names.segment_id = map_rules.segment_id
    union all
    {# Those that settings, seeds and the data make. #}
    select
        segment_id,
        scheme,
        {{ texts | join(',
        ') }},
        worth_rank
    from {{ ref('made_segments') }}
    union all
    select
        segment_id,
        scheme,
        {{ texts | join(',
        ') }},
        place as worth_rank
    from {{ source('ops', 'own_rules') }}

)

{# What only learned segments have is null. #}
select
    segment_id,
    scheme,
    {{ texts | join(',
    ') }},
    {% for text in learned_texts %}
    cast(null as varchar) as {{ text }},
    {% endfor %}
    cast(null as double) as rule_precision,
    cast(null as double) as rule_recall,
    'active' as status,
    cast(null as varchar) as successor_of,
    worth_rank,
    cast(null as date) as first_seen,
    cast(null as date) as last_seen
from named
union all
select
    segment_id,
    'behaviour' as scheme,
    {{ (texts + learned_texts) | join(',
    ') }},
    rule_precision,
    rule_recall,
    status,
    successor_of,
    cast(null as integer) as worth_rank,
    first_seen,
    last_seen
from {{ source('ml', 'behaviour_segments') }}
