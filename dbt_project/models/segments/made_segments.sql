with

night as (

    select
        demographic_by,
        geographic_by
    from {{ source('ops', 'night') }}

),

bands as (

    select
        'age' as kind,
        'demographic' as scheme,
        bands.code,
        bands.band as words,
        bands.band_zh as words_zh,
        bands.place
    from {{ ref('bands') }} as bands
    cross join night
    where bands.measure = 'age' and night.demographic_by = 'age_band'

    union all

    select
        'distance' as kind,
        'geographic' as scheme,
        'distance_' || bands.code as code,
        bands.band as words,
        bands.band_zh as words_zh,
        bands.place
    from {{ ref('bands') }} as bands
    cross join night
    where bands.measure = 'distance_km' and night.geographic_by = 'distance'

),

{# Values as they stand in files and seeds; spellings that give one code are one segment. #}
landed as (

    {% for attribute in ['gender', 'income_band'] %}
    select
        'attribute' as kind,
        'demographic' as scheme,
        '{{ attribute }}_' || {{ as_code('customers.' ~ attribute) }} as code,
        customers.{{ attribute }} as words,
        customers.{{ attribute }} as words_zh
    from {{ ref('night_customers') }} as customers
    cross join night
    where customers.{{ attribute }} <> 'unknown' and night.demographic_by = '{{ attribute }}'
    union all
    {% endfor %}
    select
        'region' as kind,
        'geographic' as scheme,
        'region_' || {{ as_code('customers.region') }} as code,
        customers.region as words,
        customers.region as words_zh
    from {{ ref('night_customers') }} as customers
    cross join night
    where customers.region <> 'unknown' and night.geographic_by in ('auto', 'region')
    union all
    select
        'city_tier' as kind,
        'geographic' as scheme,
        {{ as_code('tiers.city_tier') }} as code,
        tiers.city_tier as words,
        tiers.city_tier_zh as words_zh
    from {{ ref('city_tiers') }} as tiers
    cross join night
    where night.geographic_by in ('auto', 'city_tier')
    union all
    select
        'factor' as kind,
        'psychographic' as scheme,
        {{ as_code('scores.factor') }} as code,
        scores.factor as words,
        items.factor_zh as words_zh
    from {{ ref('survey_factor_scores') }} as scores
    left join {{ ref('survey_factors') }} as items on scores.factor = items.factor

),

valued as (

    select
        kind,
        scheme,
        code,
        min(words) as words,
        coalesce(min(words_zh), min(words)) as words_zh,
        0 as place
    from landed
    {# The names of segments that are always there are taken. #}
    where code not in ('unknown', 'no_leaning')
    group by kind, scheme, code

),

made as (

    select *
    from bands
    union all
    select *
    from valued

)

select
    scheme || '.' || code as segment_id,
    scheme,
    kind,
    case when kind = 'age' then 'Age ' else '' end
    || case
        when kind in ('city_tier', 'factor') then upper(left(words, 1)) || substr(words, 2)
        else words
    end as segment_name,
    words_zh as segment_name_zh,
    cast(row_number() over (partition by scheme order by kind, place, code) as integer)
        as worth_rank,
    {{ segment_text('description', 'en', 'words') }} as description,
    {{ segment_text('rule_text', 'en', 'words') }} as rule_text,
    {{ segment_text('recommended_action', 'en', 'words') }} as recommended_action,
    {{ segment_text('description', 'zh', 'words_zh') }} as description_zh,
    {{ segment_text('rule_text', 'zh', 'words_zh') }} as rule_text_zh,
    {{ segment_text('recommended_action', 'zh', 'words_zh') }} as recommended_action_zh
from made
