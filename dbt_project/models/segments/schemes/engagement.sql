{# Within a tenth of the lower cut of a cut counts as borderline. #}
{% set borderline_share = 0.1 %}

with

night as (

    select
        engagement_half_life_days,
        engagement_highly_engaged,
        engagement_engaged,
        engagement_lately_days,
        language,
        as_of_date
    from {{ source('ops', 'night') }}

),

{# Without an event that counts of anybody the scheme is not available. #}
known as (

    select count(*) as customers
    from {{ ref('customer_engagement') }}

),

customers as (

    select
        customers.customer_id,
        engagement.main_channel,
        engagement.engagement_score,
        engagement.main_channel_score,
        engagement.events_lately,
        engagement.negative_events_lately,
        engagement.days_since_engaged,
        case
            when engagement.customer_id is null then 'none'
            when engagement.events_lately = 0 then 'dormant'
            when engagement.engagement_score >= night.engagement_highly_engaged
                then 'highly_engaged'
            when engagement.engagement_score >= night.engagement_engaged then 'engaged'
            else 'low'
        end as level
    from {{ ref('night_customers') }} as customers
    cross join night
    cross join known
    left join {{ ref('customer_engagement') }} as engagement
        on customers.customer_id = engagement.customer_id
    where known.customers > 0

),

distances as (

    select
        customers.*,
        case customers.level
            when 'low' then night.engagement_engaged - customers.engagement_score
            when 'engaged' then night.engagement_highly_engaged - customers.engagement_score
        end as to_better,
        case customers.level
            when 'engaged' then customers.engagement_score - night.engagement_engaged
            when 'highly_engaged' then customers.engagement_score - night.engagement_highly_engaged
        end as to_worse
    from customers
    cross join night

),

nearest as (

    select
        distances.*,
        least(
            coalesce(distances.to_better, distances.to_worse),
            coalesce(distances.to_worse, distances.to_better)
        ) as margin,
        case
            when distances.level = 'highly_engaged' then 'engaged'
            when distances.level = 'low' then 'engaged'
            when distances.to_better <= distances.to_worse then 'highly_engaged'
            when distances.level = 'engaged' then 'low'
        end as next_level
    from distances

)

select
    night.as_of_date,
    nearest.customer_id,
    'engagement' as scheme,
    'engagement.' || nearest.level as segment_id,
    nearest.engagement_score as score,
    {{ rounded('nearest.margin') }} as margin,
    coalesce(nearest.margin < {{ borderline_share }} * night.engagement_engaged, false)
        as is_borderline,
    'engagement.' || nearest.next_level as next_segment_id,
    case
        when nearest.level = 'none' then {{ said('engagement.no_event') }}
        else
            {{ said('engagement.score', {
                'level': 'nearest.level', 'points': as_money('nearest.engagement_score'),
                'days': 'night.engagement_half_life_days'}) }}
    end as reason_1,
    case
        when nearest.main_channel is not null
            then
                {{ said('engagement.channel', {
                    'channel': 'nearest.main_channel',
                    'points': as_money('nearest.main_channel_score')}) }}
    end as reason_2,
    case
        when nearest.level = 'dormant'
            then {{ said('engagement.silent', {'days': 'nearest.days_since_engaged'}) }}
        when nearest.level <> 'none'
            then
                {{ said('engagement.lately', {
                    'events': 'nearest.events_lately', 'days': 'night.engagement_lately_days',
                    'negative': 'nearest.negative_events_lately'}) }}
    end as reason_3
from nearest
cross join night
