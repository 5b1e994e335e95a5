{{ config(materialized='view') }}

{# By measure: the setting with the lower bounds, and what no value reaches: the oldest age is 120,
   half the way round the Earth 20,015 km. #}
{% set measures = {
    'age': ('demographic_age_bands', 121),
    'distance_km': ('geographic_distance_km', 20016),
} %}

with

night as (

    select
        demographic_age_bands,
        geographic_distance_km
    from {{ source('ops', 'night') }}

),

bounds as (

    {% for measure, (setting, end) in measures.items() %}
    select
        '{{ measure }}' as measure,
        cast(entries.entry as integer) as lower_bound,
        {{ end }} as upper_end
    from (select {{ rows_of_list('night.' ~ setting) }} as entry from night) as entries
    union all
    select
        '{{ measure }}' as measure,
        0 as lower_bound,
        {{ end }} as upper_end
    from night
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

bounded as (

    select
        measure,
        lower_bound,
        coalesce(
            lead(lower_bound) over (partition by measure order by lower_bound), upper_end
        ) as upper_bound,
        lead(lower_bound) over (partition by measure order by lower_bound) is null as is_last,
        row_number() over (partition by measure order by lower_bound) as place
    from bounds

),

{# A band of ages is named by its first and its last year, one of distances by its two ends. #}
named as (

    select
        measure,
        lower_bound,
        upper_bound,
        is_last,
        place,
        cast(lower_bound as varchar) as first_word,
        cast(
            upper_bound - case when measure = 'age' and lower_bound > 0 then 1 else 0 end as varchar
        ) as last_word,
        case when measure = 'age' then '' else ' km' end as unit,
        case when measure = 'age' then '岁' else '公里' end as unit_zh
    from bounded

)

select
    measure,
    case
        when is_last then first_word || '+'
        when lower_bound = 0 then 'under ' || last_word
        else first_word || '-' || last_word
    end || unit as band,
    case
        when is_last then first_word || unit_zh || '及以上'
        when lower_bound = 0 then last_word || unit_zh || '以下'
        else first_word || '-' || last_word || unit_zh
    end as band_zh,
    case
        when is_last then first_word || '_plus'
        when lower_bound = 0 then 'under_' || last_word
        else first_word || '_' || last_word
    end || replace(unit, ' ', '_') as code,
    lower_bound,
    upper_bound,
    cast(place as integer) as place
from named
