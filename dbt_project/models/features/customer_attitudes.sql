{# Answers that do not name their scale are on the usual one. #}
{% set scale_max -%}
coalesce(
            answers.scale_max,
            case answers.survey when 'nps' then 10 else night.attitude_csat_scale_max end
        )
{%- endset %}

with

night as (

    select
        attitude_max_age_days,
        attitude_csat_scale_max,
        as_of_date
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

{# Answers on a scale that says nothing are left out here too: files may have been landed before
   such rows were refused. Of several at one time the worst counts. #}
answers as (

    select
        answers.customer_id,
        answers.survey,
        answers.score,
        {{ scale_max }} as scale_max,
        answers.responded_date,
        row_number() over (
            partition by answers.customer_id, answers.survey
            order by
                answers.responded_at desc, answers.score asc, answers.file_seq desc,
                answers.row_number desc
        ) as place
    from {{ ref('survey_responses') }} as answers
    inner join customers on answers.customer_id = customers.customer_id
    cross join night
    where
        answers.survey in ('nps', 'csat')
        and {{ is_in_window('answers.responded_date', 'night.as_of_date',
            'night.attitude_max_age_days') }}
        and answers.score between 0 and {{ scale_max }}
        and {{ scale_max }} > 1
        and (answers.survey <> 'nps' or {{ scale_max }} = 10)

),

last_answers as (

    select
        customer_id,
        {% for survey in ['nps', 'csat'] %}
        max(case when survey = '{{ survey }}' then score end) as {{ survey }}_score,
        max(case when survey = '{{ survey }}' then responded_date end) as {{ survey }}_date,
        {% endfor %}
        max(case when survey = 'csat' then scale_max end) as csat_scale_max
    from answers
    where place = 1
    group by customer_id

),

{# A complaint that was settled after the night was open on it. #}
complaints as (

    select
        events.customer_id,
        count(*) as complaints,
        count(*) - sum(
            case when events.resolved_date <= night.as_of_date then 1 else 0 end
        ) as open_complaints
    from {{ ref('engagement_events') }} as events
    inner join customers on events.customer_id = customers.customer_id
    cross join night
    where
        events.event_type = 'complaint'
        and {{ is_in_window('events.occurred_date', 'night.as_of_date',
            'night.attitude_max_age_days') }}
    group by events.customer_id

)

select
    customers.customer_id,
    last_answers.nps_score,
    case
        when last_answers.nps_score >= 9 then 'promoter'
        when last_answers.nps_score >= 7 then 'passive'
        when last_answers.nps_score >= 0 then 'detractor'
    end as nps_group,
    {{ days_between('last_answers.nps_date', 'night.as_of_date') }} as nps_days,
    last_answers.csat_score,
    last_answers.csat_scale_max,
    {{ ratio_of('greatest(last_answers.csat_score - 1, 0)', '(last_answers.csat_scale_max - 1)') }}
        as csat_share,
    {{ days_between('last_answers.csat_date', 'night.as_of_date') }} as csat_days,
    cast(coalesce(complaints.complaints, 0) as bigint) as complaints,
    cast(coalesce(complaints.open_complaints, 0) as bigint) as open_complaints,
    night.as_of_date
from customers
cross join night
left join last_answers on customers.customer_id = last_answers.customer_id
left join complaints on customers.customer_id = complaints.customer_id
where last_answers.customer_id is not null or complaints.customer_id is not null
