with touched_lines as (

    select
        customer_id,
        ordered_date
    from {{ ref('touched_lines') }}
    where customer_id is not null

),

{# Where a line stood before, with another customer or day, is among the landed lines. #}
touched as (

    select
        customer_id,
        ordered_date as day
    from touched_lines

    union

    select
        customer_id,
        day
    from {{ ref('recalled_order_days') }}
    where customer_id is not null

)

select
    customer_id,
    day,
    {{ customer_lookup() }} as customer_lookup
from touched
