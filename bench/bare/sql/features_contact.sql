-- What customers do besides buying: contact, touches, referrals, advocacy.

-- One pass over events, for everything that is told of them.
create or replace temp table event_sums as
with kinds as (
    select
        event_type,
        case event_type
            when 'email_open' then 0.5
            when 'page_view' then 1
            when 'session' then 1
            when 'app_open' then 1
            when 'search' then 2
            when 'email_click' then 2
            when 'ad_click' then 2
            when 'cart_add' then 3
            when 'coupon_redemption' then 3
            when 'social_interaction' then 3
            when 'review' then 5
            when 'support_contact' then 0
            when 'complaint' then -3
            when 'unsubscribe' then -10
            else if(suffix(event_type, '_sent'), 0, 1)
        end::double as weight,
        not suffix(event_type, '_sent') as is_touch,
        event_type in (
            'page_view', 'session', 'app_open', 'search', 'cart_add', 'email_click', 'ad_click'
        ) as is_considering,
        event_type = 'review' as is_review,
        event_type = 'complaint' as is_complaint,
        event_type <> 'email_sent' as is_own
    from (select distinct event_type from core.engagement_events)
),
events as (
    select
        events.customer_id, events.channel, events.campaign_id, events.value,
        events.occurred_at, events.resolved_at, kinds.* exclude (event_type),
        events.occurred_at::date as day,
        getvariable('as_of') - day as days_ago
    from core.engagement_events as events
    inner join kinds using (event_type)
    where events.occurred_at < getvariable('as_of') + 1
)
select
    customer_id, coalesce(channel, 'unknown') as channel, coalesce(campaign_id, '') as campaign_id,
    -- Halved every 30 days, 0.5 ^ (1 / 30) a day.
    sum((weight * power(0.977159968, days_ago))::decimal(18, 9)) filter (weight <> 0) as score,
    count(*) filter (weight <> 0 and days_ago < 90) as events_lately,
    count(*) filter (weight < 0 and days_ago < 90) as negative_events_lately,
    max(day) filter (weight <> 0) as last_engaged_date,
    count(*) filter (is_own and days_ago < 90) as own_events_90d,
    min(occurred_at) filter (is_touch) as first_at,
    max(occurred_at) filter (is_touch) as last_at,
    max(day) filter (is_considering) as last_considered_date,
    max(day) filter (is_review and (value is null or value >= 4)) as last_review_date,
    count(*) filter (is_complaint and days_ago < 365) as complaints,
    count(*) filter (
        is_complaint and days_ago < 365
        and not coalesce(resolved_at::date <= getvariable('as_of'), false)
    ) as open_complaints
from events
group by all;

create or replace table features.customer_engagement as
with channels as (
    select
        customer_id, channel,
        sum(score) as score,
        sum(events_lately)::bigint as events_lately,
        sum(negative_events_lately)::bigint as negative_events_lately,
        max(last_engaged_date) as last_engaged_date
    from event_sums
    where last_engaged_date is not null
    group by customer_id, channel
)
select
    customer_id,
    min_by(case when score > 0 then channel end, row(-score, channel)) as main_channel,
    round(sum(score)::double, 9) as engagement_score,
    greatest(max(score), 0)::double as main_channel_score,
    sum(events_lately)::bigint as events_lately,
    sum(negative_events_lately)::bigint as negative_events_lately,
    getvariable('as_of') - max(last_engaged_date) as days_since_engaged
from channels
semi join features.night_customers using (customer_id)
group by customer_id;

-- The first and the last touch, of two at the same time by name: time and name as one number.
create or replace table features.customer_touches as
with spans as (
    select
        customer_id, channel, campaign_id, first_at, last_at, last_considered_date,
        last_review_date
    from event_sums
    where first_at is not null
    union all by name
    select
        customer_id, coalesce(channel, 'unknown') as channel, '' as campaign_id,
        min(first_sold_at) as first_at, max(first_sold_at) as last_at
    from core.order_days
    where
        sale_lines > 0 and customer_id is not null and ordered_date <= getvariable('as_of')
    group by all
),
names as (
    select
        channel, campaign_id,
        row_number() over (order by channel || chr(31) || campaign_id) - 1 as touch_no
    from (select distinct channel, campaign_id from spans)
),
ends as (
    select
        customer_id,
        min(epoch_us(first_at) * 1024 + touch_no) as first_touch,
        max(epoch_us(last_at) * 1024 + touch_no) as last_touch,
        max(last_considered_date) as last_considered_date,
        max(last_review_date) as last_review_date
    from spans
    inner join names using (channel, campaign_id)
    group by customer_id
)
select
    customer_id,
    first_names.channel as first_touch_channel,
    nullif(first_names.campaign_id, '') as first_touch_campaign_id,
    make_timestamp(first_touch // 1024)::date as first_touch_date,
    last_names.channel as last_touch_channel,
    nullif(last_names.campaign_id, '') as last_touch_campaign_id,
    make_timestamp(last_touch // 1024)::date as last_touch_date,
    last_considered_date, last_review_date
from ends
semi join features.night_customers using (customer_id)
inner join names as first_names on first_names.touch_no = first_touch & 1023
inner join names as last_names on last_names.touch_no = last_touch & 1023;

-- Referrals between customers of the night; who came is brought by one referrer alone.
create or replace table features.customer_referrals as
with referrals as (
    select
        referrals.referrer_customer_id, referrals.referred_customer_id,
        referred.recency_days is not null as has_ordered, referred.monetary,
        min(referrals.referred_at)::date as referred_date,
        row_number() over (
            partition by referrals.referred_customer_id
            order by referred_date, referrals.referrer_customer_id
        ) = 1 as is_first
    from core.referrals as referrals
    semi join features.night_customers as referrers
        on referrers.customer_id = referrals.referrer_customer_id
    inner join features.customer_rfm as referred
        on referred.customer_id = referrals.referred_customer_id
    where
        referrals.referred_at < getvariable('as_of') + 1
        and referrals.referrer_customer_id <> referrals.referred_customer_id
    group by
        referrals.referrer_customer_id, referrals.referred_customer_id, has_ordered,
        referred.monetary
),
made as (
    select
        referrer_customer_id as customer_id,
        count(*) as referrals_made,
        count(*) filter (has_ordered) as successful_referrals,
        coalesce(sum(monetary) filter (has_ordered and is_first), 0)::decimal(18, 4)
            as referred_spend_365d,
        max(referred_date) as last_referral_date
    from referrals
    group by referrer_customer_id
),
received as (
    select distinct referred_customer_id as customer_id, true as is_referred
    from referrals
)
select
    customer_id,
    coalesce(made.referrals_made, 0) as referrals_made,
    coalesce(made.successful_referrals, 0) as successful_referrals,
    coalesce(made.referred_spend_365d, 0) as referred_spend_365d,
    coalesce(received.is_referred, false) as is_referred,
    made.last_referral_date
from made
full join received using (customer_id);

create or replace table features.customer_advocacy as
with answers as (
    select customer_id, ratio_of(10 * score, coalesce(scale_max, 10)) as nps_score
    from core.survey_responses
    semi join features.night_customers using (customer_id)
    where
        survey = 'nps'
        and responded_at::date between getvariable('as_of') - 364 and getvariable('as_of')
    qualify row_number() over (
        partition by customer_id order by responded_at desc, file_seq desc, row_number desc
    ) = 1
),
reviews as (
    select customer_id, last_review_date
    from features.customer_touches
    where last_review_date > getvariable('as_of') - 365
),
referrals as (
    select customer_id, last_referral_date
    from features.customer_referrals
    where last_referral_date > getvariable('as_of') - 365
)
select customer_id, answers.nps_score, reviews.last_review_date, referrals.last_referral_date
from answers
full join reviews using (customer_id)
full join referrals using (customer_id);
