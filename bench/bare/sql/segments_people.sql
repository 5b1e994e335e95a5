-- Segments by who customers are and what they say.
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
