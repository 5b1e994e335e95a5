{{ config(materialized='view') }}

with

rule_segments as (

    select
        segment_id,
        scheme,
        segment_name,
        segment_name_zh,
        description,
        rule_text,
        recommended_action,
        'active' as status,
        cast(null as varchar) as successor_of,
        worth_rank,
        cast(null as date) as first_seen,
        cast(null as date) as last_seen
    from {{ ref('segment_names') }}

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
        status,
        successor_of,
        cast(null as integer) as worth_rank,
        first_seen,
        last_seen
    from {{ source('ml', 'behaviour_segments') }}

)

select *
from rule_segments
union all
select *
from learned_segments
