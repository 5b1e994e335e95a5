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

{# The codes belong to the rules of `rfm` alone, and only those of the chosen map. #}
code_map as (

    select
        {{ dbt.listagg("pairs.rfm_code || pairs.segment_id", "','", 'order by pairs.rfm_code') }}
            as codes
    from {{ ref('rfm_segment_map') }} as pairs
    inner join night on pairs.map = night.rfm_map

),

{# What belongs to which need is a rule of `needs` alone. #}
need_pairs as (

    select
        {{ dbt.listagg(
            "kind || ':' || name || '=' || need", "','", 'order by kind, name') }} as pairs
    from {{ ref('need_map') }}

)

select
    schemes.scheme,
    md5(
        schemes.scheme
        || '|' || coalesce(scheme_settings.settings, '')
        || '|' || coalesce(rules.rules, '')
        || '|' || case when schemes.scheme = 'rfm' then code_map.codes else '' end
        || case when schemes.scheme = 'needs' then '|' || coalesce(need_pairs.pairs, '') else '' end
    ) as scheme_version
from schemes
cross join code_map
cross join need_pairs
left join scheme_settings on schemes.scheme = scheme_settings.scheme
left join rules on schemes.scheme = rules.scheme
