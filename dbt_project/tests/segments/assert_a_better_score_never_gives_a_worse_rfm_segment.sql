{{ config(meta={'dagster': {'ref': {'name': 'rfm_segment_map'}}}) }}

{# In the default map, raising one score by one never leads to a segment of lesser worth: to a
   larger rank. The classic map is not monotone and is not asked. #}
with

codes as (

    select
        mapped.r_score,
        mapped.f_score,
        mapped.m_score,
        names.worth_rank
    from {{ ref('rfm_segment_map') }} as mapped
    inner join {{ ref('segment_names') }} as names on mapped.segment_id = names.segment_id
    where mapped.map = 'default'

)

select
    codes.r_score,
    codes.f_score,
    codes.m_score,
    better.r_score as better_r_score,
    better.f_score as better_f_score,
    better.m_score as better_m_score
from codes
inner join codes as better
    on
        codes.r_score <= better.r_score
        and codes.f_score <= better.f_score
        and codes.m_score <= better.m_score
where better.worth_rank > codes.worth_rank
