-- Segments by contact: engagement, the stage of the journey, referrals.
create or replace table segments.engagement as
with customers as (
    select
        customer_id, engagement.* exclude (customer_id),
        case
            when engagement.customer_id is null then 'none'
            when events_lately = 0 then 'dormant'
            when engagement_score >= 18 then 'highly_engaged'
            when engagement_score >= 6 then 'engaged'
            else 'low'
        end as level
    from features.night_customers
    left join features.customer_engagement as engagement using (customer_id)
)
select
    customer_id,
    'engagement' as scheme,
    'engagement.' || level as segment_id,
    engagement_score as score,
    case
        when level = 'none' then 'Engagement none: no event of their own so far'
        else 'Engagement '
            || case level
                when 'highly_engaged' then 'very high' when 'engaged' then 'good' else level
            end
            || ': ' || money(engagement_score) || ' points, each halved every 30 days'
    end as reason_1,
    'Main channel ' || main_channel || ': ' || money(main_channel_score) || ' points' as reason_2,
    case
        when level = 'dormant'
            then 'Silent: last event of their own ' || counted(days_since_engaged, 'day') || ' ago'
        else 'In contact: ' || counted(events_lately, 'event') || ' in 90 days, '
            || negative_events_lately || ' of them negative'
    end as reason_3
from customers;

create or replace table segments.journey_stage as
with known as (
    select
        customer_id, rfm.recency_days, rfm.gaps,
        touches.* exclude (customer_id, last_review_date),
        advocacy.nps_score, advocacy.last_review_date, advocacy.last_referral_date,
        getvariable('as_of') - touches.last_considered_date as considered_days,
        coalesce(floor(lifecycle.limit_2), 365) as lapsed_after_days,
        coalesce(
            lifecycle.segment_id in ('lifecycle.dormant', 'lifecycle.churned'),
            rfm.recency_days > 365, false
        ) as is_lapsed,
        (coalesce(nps_score >= 9, false) or advocacy.last_review_date is not null
            or advocacy.last_referral_date is not null)
            and coalesce(nps_score > 6, true) as is_advocate
    from features.customer_rfm as rfm
    left join features.customer_touches as touches using (customer_id)
    left join features.customer_advocacy as advocacy using (customer_id)
    left join segments.lifecycle as lifecycle using (customer_id)
),
staged as (
    select
        *,
        case
            when recency_days is not null and is_lapsed then 'lapsed'
            when recency_days is not null and is_advocate then 'advocate'
            when gaps > 0 then 'repeat'
            when recency_days is not null then 'first_purchase'
            when considered_days < 30 then 'considering'
            else 'aware'
        end as stage
    from known
)
select
    customer_id,
    'journey_stage' as scheme,
    'journey_stage.' || stage as segment_id,
    case stage when 'aware' then null when 'considering' then considered_days else recency_days
    end::double as score,
    case stage
        when 'aware' then 'Stage aware: known, no counted order, and nothing looked for lately'
        when 'considering'
            then 'Stage considering: looked around ' || counted(considered_days, 'day')
                || ' ago, without a counted order; counts for 30 days'
        else 'Stage ' || replace(stage, '_', ' ') || ': ' || counted(gaps + 1, 'order day')
            || ', the last ' || counted(recency_days, 'day') || ' ago; lapsed after '
            || whole(lapsed_after_days)
    end as reason_1,
    case
        when not is_advocate or recency_days is null then null
        when last_referral_date is not null
            then 'Advocacy by referral: recommended us to somebody'
        when last_review_date is not null then 'Advocacy by review: wrote a review'
        else 'Advocacy by survey: would recommend us, ' || whole(nps_score) || ' of 10'
    end as reason_2,
    'Touches from ' || first_touch_channel || ' to ' || last_touch_channel || ': first on '
        || first_touch_date || ', last on ' || last_touch_date as reason_3
from staged;

create or replace table segments.influence as
with customers as (
    select
        customer_id,
        coalesce(referrals_made, 0) as made, coalesce(successful_referrals, 0) as successful,
        coalesce(referred_spend_365d, 0) as spend, coalesce(is_referred, false) as is_referred,
        case
            when successful >= 2 then 'ambassador'
            when made > 0 and coalesce(referrals.is_referred, false) then 'both'
            when made > 0 then 'referrer'
            when referrals.is_referred then 'referred'
            else 'none'
        end as influence
    from features.night_customers
    left join features.customer_referrals as referrals using (customer_id)
)
select
    customer_id,
    'influence' as scheme,
    'influence.' || influence as segment_id,
    successful::double as score,
    'Influence '
        || case influence
            when 'ambassador' then 'strong'
            when 'both' then 'passed on'
            when 'referrer' then 'some'
            when 'referred' then 'received'
            else 'none'
        end
        || ': ' || counted(made, 'referral') || ' made, ' || successful
        || ' of them with an order' as reason_1,
    case
        when successful > 0
            then 'Value brought: ' || money(spend)
                || ' EUR spent in 365 days by those they referred first'
    end as reason_2,
    case when is_referred then 'Came on the recommendation of another customer' end as reason_3
from customers;
