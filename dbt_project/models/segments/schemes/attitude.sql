{# An answer less than one point of its scale from a threshold counts as borderline. #}

with

night as (

    select
        attitude_csat_satisfied,
        attitude_max_age_days,
        language
    from {{ source('ops', 'night') }}

),

{# What customers recommend goes before how satisfied they are. Both are told as shares of their
   scale, so that the score means one thing. #}
attitudes as (

    select
        attitudes.*,
        case
            when attitudes.csat_share >= night.attitude_csat_satisfied then 'satisfied'
            when attitudes.csat_share < night.attitude_csat_satisfied then 'dissatisfied'
        end as csat_group,
        night.attitude_csat_satisfied as satisfied_from
    from {{ ref('customer_attitudes') }} as attitudes
    cross join night

),

distances as (

    select
        attitudes.*,
        coalesce(attitudes.nps_group, attitudes.csat_group) as attitude,
        case
            when attitudes.nps_group is not null then {{ rounded('attitudes.nps_score / 10') }}
            else attitudes.csat_share
        end as score,
        case
            when attitudes.nps_group = 'promoter' then (attitudes.nps_score - 9) / 10
            when attitudes.nps_group = 'passive'
                then least(9 - attitudes.nps_score, attitudes.nps_score - 7) / 10
            when attitudes.nps_group = 'detractor' then (7 - attitudes.nps_score) / 10
            else abs(attitudes.csat_share - attitudes.satisfied_from)
        end as margin,
        case
            when attitudes.nps_group in ('promoter', 'detractor') then 'passive'
            when attitudes.nps_group = 'passive' and attitudes.nps_score >= 8 then 'promoter'
            when attitudes.nps_group = 'passive' then 'detractor'
            when attitudes.csat_group = 'satisfied' then 'dissatisfied'
            when attitudes.csat_group = 'dissatisfied' then 'satisfied'
        end as next_attitude,
        case
            when attitudes.nps_group is not null then 0.1
            else 1 / (attitudes.csat_scale_max - 1)
        end as one_point
    from attitudes

),

{# Without an answer of anybody the scheme is not available; complaints alone do not make it so. #}
known as (

    select count(attitude) as customers
    from distances

)

select
    customers.as_of_date,
    customers.customer_id,
    'attitude' as scheme,
    'attitude.' || coalesce(distances.attitude, 'unknown') as segment_id,
    distances.score,
    {{ rounded('distances.margin') }} as margin,
    coalesce({{ rounded('distances.margin') }} < {{ rounded('distances.one_point') }}, false)
        as is_borderline,
    'attitude.' || distances.next_attitude as next_segment_id,
    case
        when distances.nps_group is not null
            then
                {{ said('attitude.nps', {
                    'group': 'distances.nps_group', 'answer': as_whole('distances.nps_score'),
                    'days': 'distances.nps_days'}) }}
        else {{ said('attitude.no_nps', {'days': 'night.attitude_max_age_days'}) }}
    end as reason_1,
    {{ said('attitude.csat', {
        'group': 'distances.csat_group', 'answer': as_whole('distances.csat_score'),
        'scale': as_whole('distances.csat_scale_max'), 'days': 'distances.csat_days'}) }} as reason_2,
    case
        when distances.open_complaints > 0
            then
                {{ said('attitude.open_complaints', {
                    'open': 'distances.open_complaints', 'complaints': 'distances.complaints',
                    'days': 'night.attitude_max_age_days'}) }}
        when distances.complaints > 0
            then
                {{ said('attitude.settled_complaints', {
                    'complaints': 'distances.complaints',
                    'days': 'night.attitude_max_age_days'}) }}
    end as reason_3
from {{ ref('night_customers') }} as customers
cross join night
cross join known
left join distances on customers.customer_id = distances.customer_id
where known.customers > 0
