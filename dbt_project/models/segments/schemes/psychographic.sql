{# Under a fifth of a standard deviation, a small effect (Cohen 1988), counts as borderline. #}
{% set borderline = 0.2 %}

with

night as (

    select
        psychographic_min_answers,
        psychographic_min_respondents,
        language
    from {{ source('ops', 'night') }}

),

answered as (

    select
        customer_id,
        sum(items) as items
    from {{ ref('survey_factor_scores') }}
    group by customer_id

),

{# The two factors in which a customer stands highest against all respondents, ties by name. #}
ranked as (

    select
        scores.customer_id,
        scores.factor,
        scores.standard_score,
        scores.respondents,
        row_number() over (
            partition by scores.customer_id
            order by scores.standard_score desc, scores.factor asc
        ) as place
    from {{ ref('survey_factor_scores') }} as scores
    cross join night
    where
        scores.standard_score is not null
        and scores.respondents >= night.psychographic_min_respondents

),

leanings as (

    select
        answered.customer_id,
        answered.items,
        best.factor,
        best.standard_score as score,
        best.respondents,
        other.factor as second_factor,
        other.standard_score as second_score,
        case
            when best.standard_score > 0 then {{ as_code('best.factor') }} else 'no_leaning'
        end as code,
        case
            when best.standard_score <= 0 then {{ as_code('best.factor') }}
            when other.standard_score > 0 then {{ as_code('other.factor') }}
            else 'no_leaning'
        end as next_code,
        {{ rounded('abs(best.standard_score - case when best.standard_score > 0'
            ~ ' then greatest(coalesce(other.standard_score, 0), 0) else 0 end)') }} as margin
    from answered
    cross join night
    inner join ranked as best
        on answered.customer_id = best.customer_id and best.place = 1
    left join ranked as other
        on answered.customer_id = other.customer_id and other.place = 2
    where answered.items >= night.psychographic_min_answers

),

{# Without a leaning of anybody the scheme is not available. #}
coverage as (

    select
        count(leanings.code) as known_customers,
        count(*) as customers
    from {{ ref('night_customers') }} as customers
    left join leanings on customers.customer_id = leanings.customer_id

)

select
    customers.as_of_date,
    customers.customer_id,
    'psychographic' as scheme,
    'psychographic.' || coalesce(leanings.code, 'unknown') as segment_id,
    leanings.score,
    leanings.margin,
    coalesce(leanings.margin < {{ borderline }}, false) as is_borderline,
    'psychographic.' || leanings.next_code as next_segment_id,
    case
        when leanings.code is null
            then
                {{ said('psychographic.unknown', {
                    'items': 'coalesce(answered.items, 0)',
                    'needed': 'night.psychographic_min_answers'}) }}
        when leanings.score <= 0 then {{ said('psychographic.no_leaning') }}
        else
            {{ said('psychographic.leaning', {
                'factor': 'leanings.factor', 'above': as_money('leanings.score'),
                'respondents': 'leanings.respondents'}) }}
    end as reason_1,
    case
        when leanings.code is null
            then
                {{ said('psychographic.coverage', {
                    'known': 'coverage.known_customers', 'customers': 'coverage.customers'}) }}
        else
            {{ said('psychographic.second', {
                'factor': 'leanings.second_factor', 'above': as_money('leanings.second_score')}) }}
    end as reason_2,
    case
        when leanings.code is not null
            then {{ said('psychographic.items', {'items': 'leanings.items'}) }}
    end as reason_3
from {{ ref('night_customers') }} as customers
cross join night
cross join coverage
left join answered on customers.customer_id = answered.customer_id
left join leanings on customers.customer_id = leanings.customer_id
where coverage.known_customers > 0
