{# What customers said of each need, against what everybody said of it. #}
with

night as (

    select
        needs_survey_days,
        as_of_date
    from {{ source('ops', 'night') }}

),

{# A question asks for a need of its own name, or for that of the seed. #}
questions as (

    select
        lower(name) as question,
        need
    from {{ ref('need_map') }}
    where kind = 'question'

),

answers as (

    select
        responses.customer_id,
        lower(responses.question) as question,
        responses.score,
        responses.scale_max,
        row_number() over (
            partition by responses.customer_id, lower(responses.question)
            order by
                responses.responded_at desc, responses.file_seq desc, responses.row_number desc
        ) as place
    from {{ ref('survey_responses') }} as responses
    inner join {{ ref('night_customers') }} as customers
        on responses.customer_id = customers.customer_id
    cross join night
    where
        responses.survey = 'needs'
        and {{ is_in_window('responses.responded_date', 'night.as_of_date',
            'night.needs_survey_days') }}

),

{# As a share of the scale; of a scale that nobody told, its highest answer is the end. #}
scaled as (

    select
        answers.customer_id,
        answers.question,
        questions.need,
        cast({{ share_of(
            'answers.score',
            'coalesce(answers.scale_max, max(answers.score) over (partition by answers.question))'
        ) }} as decimal(10, 9)) as score
    from answers
    inner join questions on answers.question = questions.question
    where answers.place = 1

),

{# Some questions are answered higher by all: what counts is the answer above everybody's. #}
means as (

    select
        question,
        {{ summable(ratio_of('sum(score)', 'count(*)')) }} as mean_score
    from scaled
    group by question

)

select
    scaled.customer_id,
    count(*) as answers,
    {# Of several questions about a need the one that stands out speaks for it: the others would
       only water it down. #}
    {% for need in needs() %}
    {{ rounded(
        "max(case when scaled.need = '" ~ need ~ "' then scaled.score - means.mean_score end)"
    ) }} as {{ need }}_lead,
    {% endfor %}
    night.as_of_date
from scaled
inner join means on scaled.question = means.question
cross join night
group by scaled.customer_id, night.as_of_date
