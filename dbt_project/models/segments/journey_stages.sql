with

night as (

    select
        journey_stage_considering_days,
        journey_stage_promoter_score,
        journey_stage_detractor_score,
        journey_stage_lapsed_days,
        as_of_date
    from {{ source('ops', 'night') }}

),

{# Where lifecycle tells stages tonight, they say who is lapsed; the limit says how far that is. #}
lifecycle as (

    select
        customer_id,
        floor(limit_2) as lapsed_after_days,
        stage in ('dormant', 'churned') as is_lapsed
    from {{ ref('lifecycle_stages') }}

),

known as (

    select
        rfm.customer_id,
        rfm.recency_days,
        rfm.gaps,
        touches.first_touch_channel,
        touches.first_touch_campaign_id,
        touches.last_touch_channel,
        touches.last_touch_campaign_id,
        advocacy.nps_score,
        advocacy.last_review_date is not null as has_reviewed,
        advocacy.last_referral_date is not null as has_referred,
        cast(case
            when lifecycle.customer_id is null then night.journey_stage_lapsed_days
            else lifecycle.lapsed_after_days
        end as double) as lapsed_after_days,
        coalesce(
            lifecycle.is_lapsed, rfm.recency_days > night.journey_stage_lapsed_days, false
        ) as is_lapsed,
        (
            coalesce(advocacy.nps_score >= night.journey_stage_promoter_score, false)
            or advocacy.last_review_date is not null
            or advocacy.last_referral_date is not null
        )
        and coalesce(advocacy.nps_score > night.journey_stage_detractor_score, true)
            as is_advocate,
        cast({{ days_between('touches.last_considered_date', 'night.as_of_date') }} as bigint)
            as considered_days,
        night.journey_stage_considering_days as considering_days,
        touches.first_touch_date,
        touches.last_touch_date,
        night.as_of_date
    from {{ ref('customer_rfm') }} as rfm
    cross join night
    left join {{ ref('customer_touches') }} as touches on rfm.customer_id = touches.customer_id
    left join {{ ref('customer_advocacy') }} as advocacy on rfm.customer_id = advocacy.customer_id
    left join lifecycle on rfm.customer_id = lifecycle.customer_id

),

{# The order of the rules is part of the definition. #}
staged as (

    select
        known.*,
        case
            when known.recency_days is not null and known.is_lapsed then 'lapsed'
            when known.recency_days is not null and known.is_advocate then 'advocate'
            when known.gaps > 0 then 'repeat'
            when known.recency_days is not null then 'first_purchase'
            when known.considered_days < known.considering_days then 'considering'
            else 'aware'
        end as stage
    from known

)

select *
from staged
