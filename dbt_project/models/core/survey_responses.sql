{{ landed_table('survey_responses') }}

with responses as (

    select
        customer_id,
        survey,
        question,
        score,
        scale_max,
        responded_date,
        responded_at,
        file_seq,
        row_number
    from {{ landed_rows('survey_responses') }}

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

)

select
    customer_keys.customer_id,
    responses.survey,
    responses.question,
    responses.score,
    responses.scale_max,
    responses.responded_date,
    responses.responded_at,
    responses.file_seq,
    responses.row_number
from responses
inner join customer_keys
    on responses.customer_id = customer_keys.source_customer_id
