with night as (

    select
        {{ window_start('as_of_date', 'lifecycle_new_days') }} as window_start,
        as_of_date
    from {{ source('ops', 'night') }}
    where relationship = 'contractual'

)

select
    holdings.customer_id,
    min(holdings.held_on) as first_held_on,
    max(case when holdings.held_on < night.window_start then holdings.held_on end)
        as held_before_on,
    min(case when holdings.held_on >= night.window_start then holdings.held_on end)
        as held_again_on
from {{ ref('holdings') }} as holdings
cross join night
where holdings.balance > 0 and holdings.held_on <= night.as_of_date
group by holdings.customer_id
