{% set share = rounded('greatest(score - 1, 0) / (scale_max - 1)') %}

with

night as (

    select
        psychographic_max_age_days,
        as_of_date
    from {{ source('ops', 'night') }}

),

{# A factor by the seed, else by what stands before the colon of `factor:item`. #}
answers as (

    select
        answers.customer_id,
        coalesce(items.factor, trim(split_part(answers.question, ':', 1))) as factor,
        answers.score,
        answers.scale_max,
        coalesce(items.is_reversed, false) as is_reversed,
        row_number() over (
            partition by answers.customer_id, lower(trim(answers.question))
            order by
                answers.responded_at desc, answers.score asc, answers.file_seq desc,
                answers.row_number desc, items.factor asc
        ) as place
    from {{ ref('survey_responses') }} as answers
    inner join {{ ref('night_customers') }} as customers
        on answers.customer_id = customers.customer_id
    cross join night
    left join {{ ref('survey_factors') }} as items
        on lower(trim(answers.question)) = lower(trim(items.question))
    where
        answers.survey = 'psychographic'
        and answers.question is not null
        and answers.scale_max > 1
        and answers.score between 0 and answers.scale_max
        and {{ is_in_window('answers.responded_date', 'night.as_of_date',
            'night.psychographic_max_age_days') }}

),

{# The last answer to each item, as a share of the way from 1 to the upper end of its scale. #}
items as (

    select
        customer_id,
        factor,
        case when is_reversed then 1.0 - {{ share }} else {{ share }} end as item_share
    from answers
    where place = 1 and factor <> ''

),

factors as (

    select
        customer_id,
        factor,
        count(*) as items,
        {{ ratio_of('sum(' ~ summable('item_share') ~ ')', 'count(*)') }} as factor_mean
    from items
    group by customer_id, factor

),

population as (

    select
        factor,
        count(*) as respondents,
        {{ ratio_of('sum(' ~ summable('factor_mean') ~ ')', 'count(*)') }} as mean,
        sum({{ summable('factor_mean') }}) as sum_of_means,
        sum({{ summable('factor_mean * factor_mean') }}) as sum_of_squares
    from factors
    group by factor

),

deviations as (

    select
        factor,
        respondents,
        mean,
        {{ rounded(
            'sqrt(greatest(cast(sum_of_squares as double)'
            ~ ' - cast(sum_of_means as double) * mean, 0) / nullif(respondents - 1, 0))'
        ) }} as deviation
    from population

)

select
    factors.customer_id,
    factors.factor,
    factors.items,
    factors.factor_mean,
    deviations.respondents,
    deviations.mean as population_mean,
    deviations.deviation as population_deviation,
    {{ ratio_of('(factors.factor_mean - deviations.mean)', 'deviations.deviation') }}
        as standard_score,
    night.as_of_date
from factors
inner join deviations on factors.factor = deviations.factor
cross join night
