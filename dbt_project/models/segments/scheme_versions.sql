{{ config(materialized='view') }}

with

schemes as (

    select
        scheme,
        settings
    from {{ ref('segment_schemes') }}
    where is_built

),

night as (

    select *
    from {{ source('ops', 'night') }}

),

settings as (

    {% set names = segment_schemes() | map(attribute='settings') | sum(start=[]) %}
    {% for name in names | unique %}
    select
        '{{ name }}' as setting,
        coalesce(cast({{ name }} as varchar), 'null') as setting_value
    from night
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

scheme_settings as (

    select
        schemes.scheme,
        {{ dbt.listagg(
            "settings.setting || '=' || settings.setting_value", "','",
            'order by settings.setting') }} as settings
    from schemes
    inner join settings
        on ',' || schemes.settings || ',' like '%,' || settings.setting || ',%'
    group by schemes.scheme

),

rules as (

    select
        scheme,
        {{ dbt.listagg("segment_id || ':' || rule_text", "';'", 'order by segment_id') }} as rules
    from {{ ref('segment_names') }}
    group by scheme
    union all
    select
        scheme,
        {{ dbt.listagg(
            "segment_id || ':' || coalesce(predicate, 'else')", "';'", 'order by place') }} as rules
    from {{ source('ops', 'own_rules') }}
    group by scheme

),

{# What stands in a seed and belongs to the rules of one scheme alone; of the codes, only those of
   the chosen map. #}
seeded as (

    select
        'rfm' as scheme,
        {{ dbt.listagg("pairs.rfm_code || pairs.segment_id", "','", 'order by pairs.rfm_code') }}
            as rules
    from {{ ref('rfm_segment_map') }} as pairs
    inner join night on pairs.map = night.rfm_map
    union all
    select
        'geographic' as scheme,
        {{ dbt.listagg("city || ':' || city_tier", "','", 'order by city, city_tier') }} as rules
    from {{ ref('city_tiers') }}
    union all
    select
        'psychographic' as scheme,
        {{ dbt.listagg(
            "question || ':' || factor || ':' || cast(is_reversed as varchar)", "','",
            'order by question, factor') }} as rules
    from {{ ref('survey_factors') }}

    union all
    select
        'needs' as scheme,
        {{ dbt.listagg(
            "kind || ':' || name || '=' || need", "','", 'order by kind, name') }} as rules
    from {{ ref('need_map') }}

)

select
    schemes.scheme,
    md5(
        schemes.scheme
        || '|' || coalesce(scheme_settings.settings, '')
        || '|' || coalesce(rules.rules, '')
        || '|' || coalesce(seeded.rules, '')
    ) as scheme_version
from schemes
left join scheme_settings on schemes.scheme = scheme_settings.scheme
left join rules on schemes.scheme = rules.scheme
left join seeded on schemes.scheme = seeded.scheme
