with touched_lines as (

    select
        customer_id,
        ordered_date
    from {{ ref('touched_lines') }}
    where customer_id is not null

),

touched_states as (

    select
        order_id,
        customer_id,
        order_lookup
    from {{ ref('touched_states') }}
    where customer_id is not null

),

order_days as (

    select
        order_id,
        customer_id,
        day,
        order_lookup
    from {{ ref('order_days') }}
    {# By number first: joined to touched orders at once, the ids of all days would be compared. #}
    where order_lookup in (
        select touched_states.order_lookup
        from touched_states
    )

),

{# Where a line stood before, with another customer or day, is among the landed lines. #}
touched as (

    select
        customer_id,
        ordered_date as day
    from touched_lines

    union

    select
        order_days.customer_id,
        order_days.day
    from order_days
    inner join touched_states
        on
            order_days.order_lookup = touched_states.order_lookup
            and order_days.order_id = touched_states.order_id
            and order_days.customer_id = touched_states.customer_id

)

select
    customer_id,
    day,
    {{ customer_lookup() }} as customer_lookup
from touched
