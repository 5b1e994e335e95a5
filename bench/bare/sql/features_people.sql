-- What customers say, need, and where they live.

-- The last answer to each survey that asks one question: of several at one time the worst.
create or replace table features.customer_attitudes as
with answers as (
    select
        customer_id, survey, score,
        coalesce(scale_max, if(survey = 'nps', 10, 5)) as scale_max,
        getvariable('as_of') - responded_at::date as days_ago
    from core.survey_responses as answers
    where
        survey in ('nps', 'csat')
        and responded_at::date between getvariable('as_of') - 364 and getvariable('as_of')
        and score between 0 and coalesce(answers.scale_max, if(survey = 'nps', 10, 5))
        and coalesce(answers.scale_max, 5) > 1
        and (survey = 'csat' or coalesce(answers.scale_max, 10) = 10)
    qualify row_number() over (
        partition by customer_id, survey
        order by responded_at desc, score, file_seq desc, row_number desc
    ) = 1
),
last_answers as (
    select
        customer_id,
        max(score) filter (survey = 'nps') as nps_score,
        max(days_ago) filter (survey = 'nps') as nps_days,
        max(score) filter (survey = 'csat') as csat_score,
        max(scale_max) filter (survey = 'csat') as csat_scale_max,
        max(days_ago) filter (survey = 'csat') as csat_days
    from answers
    group by customer_id
),
complaints as (
    select
        customer_id, sum(complaints)::bigint as complaints,
        sum(open_complaints)::bigint as open_complaints
    from event_sums
    where complaints > 0
    group by customer_id
)
select
    customer_id, answers.nps_score,
    case
        when answers.nps_score >= 9 then 'promoter'
        when answers.nps_score >= 7 then 'passive'
        when answers.nps_score >= 0 then 'detractor'
    end as nps_group,
    answers.nps_days, answers.csat_score, answers.csat_scale_max,
    ratio_of(greatest(answers.csat_score - 1, 0), answers.csat_scale_max - 1) as csat_share,
    answers.csat_days,
    coalesce(complaints.complaints, 0) as complaints,
    coalesce(complaints.open_complaints, 0) as open_complaints
from last_answers as answers
full join complaints using (customer_id)
semi join features.night_customers using (customer_id);

-- Answers to `factor` questions as shares of their scale, against those of all respondents.
create or replace table features.survey_factor_scores as
with items as (
    select
        customer_id,
        trim(split_part(question, ':', 1)) as factor,
        ratio_of(greatest(score - 1, 0), scale_max - 1)::decimal(18, 9) as item_share
    from core.survey_responses
    semi join features.night_customers using (customer_id)
    where
        survey = 'psychographic' and question is not null and scale_max > 1
        and score between 0 and scale_max
        and responded_at::date between getvariable('as_of') - 729 and getvariable('as_of')
    qualify row_number() over (
        partition by customer_id, lower(trim(question))
        order by responded_at desc, score, file_seq desc, row_number desc
    ) = 1
),
factors as (
    select
        customer_id, factor, count(*) as items,
        ratio_of(sum(item_share), count(*))::decimal(18, 9) as factor_mean
    from items
    where factor <> ''
    group by customer_id, factor
),
population as (
    select
        factor, count(*) as respondents, ratio_of(sum(factor_mean), count(*)) as mean,
        round(sqrt(greatest(
            sum((factor_mean::double * factor_mean::double)::decimal(18, 9))::double
            - sum(factor_mean)::double * ratio_of(sum(factor_mean), count(*)), 0
        ) / nullif(count(*) - 1, 0)), 9) as deviation
    from factors
    group by factor
)
select
    customer_id, factor, items, factor_mean, population.respondents,
    ratio_of(factor_mean::double - population.mean, population.deviation) as standard_score
from factors
inner join population using (factor);

-- Needs by what is answered above everybody's answer, else by what is bought above everybody's
-- share. The shop's own words for them: its survey's questions, its departments.
create or replace table features.customer_needs as
with scaled as (
    select
        customer_id, question,
        case question
            when 'inspiration' then 'emotional'
            when 'convenience' then 'functional'
            when 'quality' then 'functional'
            when 'price' then 'functional'
        end as need,
        share_of(score, coalesce(scale_max, max(score) over (partition by question)))
            ::decimal(10, 9) as score
    from (
        select customer_id, lower(question) as question, score, scale_max
        from core.survey_responses
        semi join features.night_customers using (customer_id)
        where
            survey = 'needs'
            and responded_at::date between getvariable('as_of') - 729 and getvariable('as_of')
        qualify row_number() over (
            partition by customer_id, lower(question)
            order by responded_at desc, file_seq desc, row_number desc
        ) = 1
    )
    where question in ('inspiration', 'convenience', 'quality', 'price')
),
means as (
    select question, ratio_of(sum(score), count(*))::decimal(18, 9) as mean_score
    from scaled
    group by question
),
said as (
    select
        customer_id, count(*) as answers,
        coalesce(round(max(score - mean_score) filter (need = 'emotional')::double, 9), -9)
            as emotional,
        coalesce(round(max(score - mean_score) filter (need = 'functional')::double, 9), -9)
            as functional,
        -9.0 as social
    from scaled
    inner join means using (question)
    group by customer_id
),
category_needs as (
    select distinct
        category_no,
        case
            when lower(department) in (
                'fresh', 'pantry', 'household', 'care', 'electronics'
            ) then 'functional'
            when lower(department) in ('home', 'garden', 'leisure') then 'emotional'
            when lower(department) in ('drinks', 'fashion') then 'social'
        end as need
    from features.product_groups
    where category_no is not null
),
spent as (
    select
        customer_no,
        coalesce(sum(sale_amount) filter (need = 'emotional'), 0) as emotional,
        coalesce(sum(sale_amount) filter (need = 'functional'), 0) as functional,
        coalesce(sum(sale_amount) filter (need = 'social'), 0) as social,
        sum(lines)::bigint as need_lines, sum(sale_amount) as need_spend
    from category_spend
    inner join category_needs using (category_no)
    where need is not null
    group by customer_no
),
everybody as (
    select
        share_of(sum(emotional), sum(need_spend)) as emotional,
        share_of(sum(functional), sum(need_spend)) as functional,
        share_of(sum(social), sum(need_spend)) as social
    from spent
),
bought as (
    select
        customer_id, need_lines, share_of(need_spend, sales_365d) as coverage_share,
        share_of(spent.emotional, need_spend) as emotional_share,
        share_of(spent.functional, need_spend) as functional_share,
        share_of(spent.social, need_spend) as social_share,
        everybody.emotional as emotional_base, everybody.functional as functional_base,
        everybody.social as social_base,
        round(emotional_share - emotional_base, 9) as emotional,
        round(functional_share - functional_base, 9) as functional,
        round(social_share - social_base, 9) as social
    from spent
    inner join customer_numbers using (customer_no)
    inner join features.customer_rfm using (customer_id)
    cross join everybody
),
leads as (
    select
        customer_id,
        case
            when said.customer_id is not null then 'survey'
            when need_lines >= 10 and coverage_share >= 0.5 and bought.functional is not null
                then 'purchases'
            else 'none'
        end as basis,
        coalesce(answers, 0) as answers, coalesce(need_lines, 0) as need_lines, coverage_share,
        emotional_share, functional_share, social_share,
        emotional_base, functional_base, social_base,
        case basis when 'survey' then said.emotional when 'purchases' then bought.emotional end
            as emotional,
        case basis when 'survey' then said.functional when 'purchases' then bought.functional end
            as functional,
        case basis when 'survey' then said.social when 'purchases' then bought.social end
            as social
    from features.night_customers
    left join said using (customer_id)
    left join bought using (customer_id)
),
foremost as (
    select
        *, greatest(emotional, functional, social) as lead,
        case lead
            when emotional then 'emotional' when functional then 'functional'
            when social then 'social'
        end as need
    from leads
)
select
    *,
    case need
        when 'emotional' then if(functional >= social, 'functional', 'social')
        when 'functional' then if(emotional >= social, 'emotional', 'social')
        else if(emotional >= functional, 'emotional', 'functional')
    end as next_need,
    round(lead - nullif(case need
        when 'emotional' then greatest(functional, social)
        when 'functional' then greatest(emotional, social)
        when 'social' then greatest(emotional, functional)
    end, -9), 9) as margin
from foremost;

-- The distance to the usual store, along the great circle; of it the band alone goes on.
create or replace table features.customer_places as
with distances as (
    select
        visited.customer_id, visited.preferred_store, visited.preferred_store_orders,
        round(2 * 6371.0088 * asin(sqrt(least(1.0,
            power(sin(radians(stores.latitude - homes.latitude) / 2), 2)
            + cos(radians(homes.latitude)) * cos(radians(stores.latitude))
            * power(sin(radians(stores.longitude - homes.longitude) / 2), 2)
        ))), 9) as km
    from features.customer_stores as visited
    inner join core.customers as homes using (customer_id)
    inner join core.stores as stores on stores.store_id = visited.preferred_store
    where
        homes.latitude + homes.longitude + stores.latitude + stores.longitude is not null
)
select
    customer_id, visited.preferred_store, visited.preferred_store_orders,
    case
        when km < 5 then 'under 5 km'
        when km < 10 then '5-10 km'
        when km < 25 then '10-25 km'
        when km < 40 then '25-40 km'
        when km >= 40 then '40+ km'
        else 'unknown'
    end as distance_km_band
from features.night_customers
left join features.customer_stores as visited using (customer_id)
left join distances using (customer_id);
