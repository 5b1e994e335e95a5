{{ config(meta={'dagster': {'ref': {'name': 'rfm_segment_map'}}}) }}

{# A code without a segment drops its customers silently: 442 fell into "Other" elsewhere. #}
with

scores as (

    select 1 as score
    {% for score in range(2, 6) %}
    union all
    select {{ score }} as score
    {% endfor %}

),

codes as (

    select
        recency.score as r_score,
        frequency.score as f_score,
        monetary.score as m_score
    from scores as recency
    cross join scores as frequency
    cross join scores as monetary

),

maps as (

    select 'default' as map
    union all
    select 'classic' as map

)

select
    maps.map,
    codes.r_score,
    codes.f_score,
    codes.m_score
from codes
cross join maps
left join {{ ref('rfm_segment_map') }} as mapped
    on
        maps.map = mapped.map
        and codes.r_score = mapped.r_score
        and codes.f_score = mapped.f_score
        and codes.m_score = mapped.m_score
left join {{ ref('segment_names') }} as names
    on mapped.segment_id = names.segment_id
where names.segment_id is null
