-- Segments by who customers are, what they say and do: without the distance to the next segment.
create or replace table segments.demographic as
select
    customer_id,
    'demographic' as scheme,
    'demographic.' || case age_band
        when 'under 18' then 'under_18'
        when '65+' then '65_plus'
        else replace(age_band, '-', '_')
    end as segment_id,
    cast(null as double) as score,
    case
        when age_band = 'unknown'
            then 'Age band unknown: not in the files, or of no use there'
        else 'Age band ' || age_band
    end as reason_1,
    case when age_band <> 'unknown' then 'Known by the birth date on the night' end as reason_2,
    cast(null as varchar) as reason_3
from features.night_customers;

-- None of the shop's cities has a tier: its regions tell places apart.
create or replace table segments.geographic as
select
    customer_id,
    'geographic' as scheme,
    'geographic.' || coalesce('region_' || nullif(trim(
        regexp_replace(lower(customers.region), '[^\p{L}\p{N}]+', '_', 'g'), '_'), ''), 'unknown')
        as segment_id,
    cast(null as double) as score,
    coalesce('Region ' || customers.region, 'Place unknown: not in the files, or of no use there')
        as reason_1,
    'Usual store ' || places.preferred_store || ': '
        || counted(places.preferred_store_orders, 'order') || ' there in 365 days' as reason_2,
    case
        when places.distance_km_band <> 'unknown'
            then 'Distance to the usual store ' || places.distance_km_band
    end as reason_3
from features.night_customers as customers
inner join features.customer_places as places using (customer_id);

create or replace table segments.attitude as
with customers as (
    select
        customer_id, attitudes.* exclude (customer_id),
        case
            when csat_share >= 0.75 then 'satisfied' when csat_share < 0.75 then 'dissatisfied'
        end as csat_group,
        coalesce(nps_group, csat_group) as attitude
    from features.night_customers
    left join features.customer_attitudes as attitudes using (customer_id)
)
select
    customer_id,
    'attitude' as scheme,
    'attitude.' || coalesce(attitude, 'unknown') as segment_id,
    if(nps_group is not null, round(nps_score / 10, 9), csat_share) as score,
    coalesce(
        'Recommendation as a ' || nps_group || ': ' || whole(nps_score) || ' of 10, answered '
            || counted(nps_days, 'day') || ' ago',
        'Recommendation unknown: no answer in the last 365 days'
    ) as reason_1,
    'Customer is ' || if(csat_group = 'satisfied', 'satisfied', 'not satisfied') || ': '
        || whole(csat_score) || ' of ' || whole(csat_scale_max) || ', answered '
        || counted(csat_days, 'day') || ' ago' as reason_2,
    case
        when open_complaints > 0
            then 'Complaint open: ' || open_complaints || ' of ' || complaints
                || ' in the last 365 days'
        when complaints > 0
            then 'Complaints settled: ' || complaints || ' in the last 365 days'
    end as reason_3
from customers;

-- The two factors in which a customer stands highest against all respondents.
create or replace table segments.psychographic as
with answered as (
    select customer_id, sum(items)::bigint as items
    from features.survey_factor_scores
    group by customer_id
),
ranked as (
    select
        *, row_number() over (
            partition by customer_id order by standard_score desc, factor
        ) as place
    from features.survey_factor_scores
    where standard_score is not null and respondents >= 30
),
leanings as (
    select
        customer_id,
        max(answered.items) as items,
        max(factor) filter (place = 1) as factor,
        max(standard_score) filter (place = 1) as score,
        max(respondents) filter (place = 1) as respondents,
        max(factor) filter (place = 2) as second_factor,
        max(standard_score) filter (place = 2) as second_score
    from ranked
    inner join answered using (customer_id)
    where answered.items >= 3 and place <= 2
    group by customer_id
)
select
    customer_id,
    'psychographic' as scheme,
    'psychographic.' || case
        when score > 0 then factor when score <= 0 then 'no_leaning' else 'unknown'
    end as segment_id,
    score,
    case
        when score > 0
            then 'Leaning to ' || factor || ': ' || money(score)
                || ' standard deviations above the mean of ' || respondents || ' respondents'
        when score <= 0 then 'No leaning: in no factor above the mean of the respondents'
        else 'No leaning known: ' || coalesce(answered.items, 0)
            || ' of the 3 items needed are answered'
    end as reason_1,
    'Next factor ' || second_factor || ': ' || money(second_score)
        || ' standard deviations from the mean' as reason_2,
    'Survey answered: ' || counted(leanings.items, 'item') || ' in force' as reason_3
from features.night_customers
left join answered using (customer_id)
left join leanings using (customer_id)
where exists (from leanings);

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
