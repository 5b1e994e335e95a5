with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

categories as (

    select distinct
        category_number,
        category
    from {{ ref('product_groups') }}
    where category is not null

),

rules as (

    select
        category_number,
        next_category_number,
        place,
        lift
    from {{ ref('category_rules') }}

),

preferred as (

    select
        preferences.customer_id,
        numbered.customer_number,
        preferences.preferred_category_number
    from {{ ref('customer_product_preferences') }} as preferences
    inner join {{ ref('numbered_customers') }} as numbered
        on preferences.customer_id = numbered.customer_id
    where preferences.preferred_category_number is not null

),

{# Which rules of the preferred category the customer follows already, a bit each: the first one
   that is missing is the next category, without a row for each rule and customer. #}
followed as (

    select
        preferred.customer_number,
        bit_or({{ bit_of('rules.place - 1') }}) as places
    from preferred
    inner join {{ ref('customer_category_sums') }} as spends
        on preferred.customer_number = spends.customer_number
    inner join rules
        on
            preferred.preferred_category_number = rules.category_number
            and spends.category_number = rules.next_category_number
    group by preferred.customer_number

),

placed as (

    select
        preferred.customer_id,
        preferred.preferred_category_number,
        {{ first_bit_not_in('coalesce(followed.places, 0)') }} + 1 as place
    from preferred
    left join followed on preferred.customer_number = followed.customer_number

)

select
    placed.customer_id,
    categories.category as next_category,
    rules.lift,
    night.as_of_date
from placed
cross join night
inner join rules
    on
        placed.preferred_category_number = rules.category_number
        and placed.place = rules.place
inner join categories on rules.next_category_number = categories.category_number
