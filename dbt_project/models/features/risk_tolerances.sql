with

night as (

    select
        risk_appetite_valid_days,
        risk_appetite_cuts_1,
        risk_appetite_cuts_2,
        risk_appetite_cuts_3,
        risk_appetite_cuts_4,
        as_of_date
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

{# An answer without the end of its scale cannot be told in shares of it. #}
answers as (

    select
        responses.customer_id,
        responses.question,
        responses.score,
        responses.scale_max,
        responses.responded_date,
        responses.responded_at
    from {{ ref('survey_responses') }} as responses
    cross join night
    inner join customers on responses.customer_id = customers.customer_id
    where
        responses.survey = 'risk_profile'
        and responses.scale_max > 0
        and responses.responded_date <= night.as_of_date

),

questionnaires as (

    select
        customer_id,
        max(responded_date) as assessed_date
    from answers
    group by customer_id

),

{# The last questionnaire is what was answered on the last such day; of a question answered twice on
   it the later answer counts, and answers at the same instant all do. #}
placed as (

    select
        answers.customer_id,
        answers.score,
        answers.scale_max,
        questionnaires.assessed_date,
        rank() over (
            partition by answers.customer_id, answers.question
            order by answers.responded_at desc
        ) as answer_place
    from answers
    inner join questionnaires
        on
            answers.customer_id = questionnaires.customer_id
            and answers.responded_date = questionnaires.assessed_date

),

assessed as (

    select
        placed.customer_id,
        count(*) as answers,
        {{ share_of(
            'sum(' ~ summable('placed.score') ~ ')', 'sum(' ~ summable('placed.scale_max') ~ ')'
        ) }} as risk_share,
        max(placed.assessed_date) as assessed_date
    from placed
    where placed.answer_place = 1
    group by placed.customer_id

),

dated as (

    select
        assessed.*,
        cast({{ days_between('assessed.assessed_date', 'night.as_of_date') }} as bigint)
            as age_days,
        night.as_of_date
    from assessed
    cross join night

)

select
    dated.customer_id,
    dated.answers,
    dated.risk_share,
    cast(
        1
        {%- for number in range(1, 5) %}
        + case when dated.risk_share >= night.risk_appetite_cuts_{{ number }} then 1 else 0 end
        {%- endfor %} as integer
    ) as risk_class,
    dated.age_days,
    dated.age_days > night.risk_appetite_valid_days as is_expired,
    dated.assessed_date,
    dated.as_of_date
from dated
cross join night
