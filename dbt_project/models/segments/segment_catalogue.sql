{{ config(materialized='view') }}

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

rule_segments as (

    select
        segment_names.segment_id,
        segment_names.scheme,
        segment_names.segment_name,
        segment_names.segment_name_zh,
        segment_names.description,
        coalesce(map_rules.rule_text, segment_names.rule_text) as rule_text,
        segment_names.recommended_action,
        segment_names.description_zh,
        coalesce(map_rules.rule_text_zh, segment_names.rule_text_zh) as rule_text_zh,
        segment_names.recommended_action_zh,
        cast(null as varchar) as short_rule,
        cast(null as varchar) as short_rule_zh,
        cast(null as varchar) as typical_customer,
        cast(null as varchar) as typical_customer_zh,
        cast(null as double) as rule_precision,
        cast(null as double) as rule_recall,
        'active' as status,
        cast(null as varchar) as successor_of,
        segment_names.worth_rank,
        cast(null as date) as first_seen,
        cast(null as date) as last_seen
    from {{ ref('segment_names') }} as segment_names
    left join map_rules on segment_names.segment_id = map_rules.segment_id

),

{# Those that settings, seeds and the data make. #}
made_segments as (

    select
        segment_id,
        scheme,
        segment_name,
        segment_name_zh,
        description,
        rule_text,
        recommended_action,
        description_zh,
        rule_text_zh,
        recommended_action_zh,
        cast(null as varchar) as short_rule,
        cast(null as varchar) as short_rule_zh,
        cast(null as varchar) as typical_customer,
        cast(null as varchar) as typical_customer_zh,
        cast(null as double) as rule_precision,
        cast(null as double) as rule_recall,
        'active' as status,
        cast(null as varchar) as successor_of,
        worth_rank,
        cast(null as date) as first_seen,
        cast(null as date) as last_seen
    from {{ ref('made_segments') }}

),

learned_segments as (

    select
        segment_id,
        'behaviour' as scheme,
        segment_name,
        segment_name_zh,
        description,
        rule_text,
        recommended_action,
        description_zh,
        rule_text_zh,
        recommended_action_zh,
        short_rule,
        short_rule_zh,
        typical_customer,
        typical_customer_zh,
        rule_precision,
        rule_recall,
        status,
        successor_of,
        cast(null as integer) as worth_rank,
        first_seen,
        last_seen
    from {{ source('ml', 'behaviour_segments') }}

),

own_segments as (

    select
        segment_id,
        scheme,
        segment_name,
        segment_name_zh,
        description,
        rule_text,
        recommended_action,
        description_zh,
        rule_text_zh,
        recommended_action_zh,
        cast(null as varchar) as short_rule,
        cast(null as varchar) as short_rule_zh,
        cast(null as varchar) as typical_customer,
        cast(null as varchar) as typical_customer_zh,
        cast(null as double) as rule_precision,
        cast(null as double) as rule_recall,
        'active' as status,
        cast(null as varchar) as successor_of,
        place as worth_rank,
        cast(null as date) as first_seen,
        cast(null as date) as last_seen
    from {{ source('ops', 'own_rules') }}

)

select *
from rule_segments
union all
select *
from made_segments
union all
select *
from learned_segments
union all
select *
from own_segments
