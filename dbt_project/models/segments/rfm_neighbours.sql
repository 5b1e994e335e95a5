{{ config(materialized='view') }}

with

night as (

    select rfm_map
    from {{ source('ops', 'night') }}

),

codes as (

    select
        code_map.rfm_code,
        code_map.segment_id,
        code_map.r_score,
        code_map.f_score,
        code_map.m_score
    from {{ ref('rfm_segment_map') }} as code_map
    inner join night on code_map.map = night.rfm_map

),

{# Codes of another segment that differ in one score only. #}
moves as (

    select
        codes.rfm_code,
        others.segment_id,
        case
            when codes.r_score <> others.r_score then 'recency'
            when codes.f_score <> others.f_score then 'frequency'
            else 'monetary'
        end as measure,
        (others.r_score - codes.r_score)
        + (others.f_score - codes.f_score)
        + (others.m_score - codes.m_score) as steps,
        case
            when codes.r_score <> others.r_score then others.r_score
            when codes.f_score <> others.f_score then others.f_score
            else others.m_score
        end as target_score
    from codes
    inner join codes as others
        on
            codes.segment_id <> others.segment_id
            and (
                case when codes.r_score <> others.r_score then 1 else 0 end
                + case when codes.f_score <> others.f_score then 1 else 0 end
                + case when codes.m_score <> others.m_score then 1 else 0 end
            ) = 1

),

ranked as (

    select
        moves.*,
        row_number() over (
            partition by moves.rfm_code, moves.measure, sign(moves.steps)
            order by abs(moves.steps)
        ) as nearness
    from moves

)

select
    rfm_code,
    segment_id,
    measure,
    target_score,
    steps > 0 as is_upward
from ranked
where nearness = 1
