with

night as (

    select
        journey_stage_advocate_days,
        as_of_date
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

{# On the scale from 0 to 10, whatever it was asked on. #}
answers as (

    select
        responses.customer_id,
        responses.responded_date,
        {{ ratio_of('10 * responses.score', 'coalesce(responses.scale_max, 10)') }} as score,
        row_number() over (
            partition by responses.customer_id
            order by
                responses.responded_at desc, responses.file_seq desc, responses.row_number desc
        ) as place
    from {{ ref('survey_responses') }} as responses
    cross join night
    where
        responses.survey = 'nps'
        and {{ is_in_window('responses.responded_date', 'night.as_of_date',
            'night.journey_stage_advocate_days') }}

),

referrals as (

    select
        referrals.customer_id,
        referrals.last_referral_date
    from {{ ref('customer_referrals') }} as referrals
    cross join night
    where {{ is_in_window('referrals.last_referral_date', 'night.as_of_date',
        'night.journey_stage_advocate_days') }}

),

reviews as (

    select
        touches.customer_id,
        touches.last_review_date
    from {{ ref('customer_touches') }} as touches
    cross join night
    where {{ is_in_window('touches.last_review_date', 'night.as_of_date',
        'night.journey_stage_advocate_days') }}

)

select
    customers.customer_id,
    answers.score as nps_score,
    reviews.last_review_date,
    referrals.last_referral_date,
    night.as_of_date
from customers
cross join night
left join answers on customers.customer_id = answers.customer_id and answers.place = 1
left join referrals on customers.customer_id = referrals.customer_id
left join reviews on customers.customer_id = reviews.customer_id
where
    answers.customer_id is not null
    or referrals.customer_id is not null
    or reviews.customer_id is not null
