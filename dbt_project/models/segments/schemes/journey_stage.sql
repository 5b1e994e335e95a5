{# Within a tenth of the days after which the stage ends counts as borderline. #}
{% set borderline_share = 0.1 %}

with

night as (

    select language
    from {{ source('ops', 'night') }}

),

{# Silence is what a stage ends by: since the last order, or since somebody last considered. #}
silent as (

    select
        stages.*,
        case
            when stages.stage in ('first_purchase', 'repeat', 'advocate', 'lapsed')
                then stages.recency_days
            when stages.stage = 'considering' then stages.considered_days
        end as silent_days,
        case
            when stages.stage in ('first_purchase', 'repeat', 'advocate')
                then stages.lapsed_after_days + 1
            when stages.stage = 'considering' then stages.considering_days
        end as ends_after_days,
        case
            when stages.stage in ('first_purchase', 'repeat', 'advocate') then 'lapsed'
            when stages.stage = 'considering' then 'aware'
        end as next_stage
    from {{ ref('journey_stages') }} as stages

),

distances as (

    select
        silent.*,
        silent.ends_after_days - silent.silent_days as margin
    from silent

)

select
    distances.as_of_date,
    distances.customer_id,
    'journey_stage' as scheme,
    'journey_stage.' || distances.stage as segment_id,
    cast(distances.silent_days as double) as score,
    cast(distances.margin as double) as margin,
    coalesce(distances.margin <= {{ borderline_share }} * distances.ends_after_days, false)
        as is_borderline,
    'journey_stage.' || distances.next_stage as next_segment_id,
    case
        when distances.stage = 'aware' then {{ said('journey_stage.aware') }}
        when distances.stage = 'considering'
            then
                {{ said('journey_stage.considering', {
                    'days': 'distances.considered_days',
                    'limit': 'distances.considering_days'}) }}
        else
            {{ said('journey_stage.orders', {
                'stage': 'distances.stage', 'orders': '(distances.gaps + 1)',
                'days': 'distances.recency_days',
                'limit': as_whole('distances.lapsed_after_days')}) }}
    end as reason_1,
    case
        when distances.is_advocate and distances.recency_days is not null
            then
                case
                    when distances.has_referred then {{ said('journey_stage.referred') }}
                    when distances.has_reviewed then {{ said('journey_stage.reviewed') }}
                    else
                        {{ said('journey_stage.promoter', {
                            'score': as_whole('distances.nps_score')}) }}
                end
    end as reason_2,
    {{ said('journey_stage.touches', {
        'first': 'distances.first_touch_channel', 'first_date': 'distances.first_touch_date',
        'last': 'distances.last_touch_channel', 'last_date': 'distances.last_touch_date'}) }}
        as reason_3
from distances
cross join night
