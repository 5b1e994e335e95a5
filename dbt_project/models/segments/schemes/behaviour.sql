with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

)

select
    scores.as_of_date,
    scores.customer_id,
    'behaviour' as scheme,
    scores.segment_id,
    scores.score,
    scores.margin,
    scores.is_borderline,
    scores.next_segment_id,
    scores.reason_1,
    scores.reason_2,
    scores.reason_3
from {{ source('ml', 'behaviour_scores') }} as scores
inner join night on scores.as_of_date = night.as_of_date
inner join customers on scores.customer_id = customers.customer_id
