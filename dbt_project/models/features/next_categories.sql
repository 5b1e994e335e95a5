with

categories as (

    select distinct
        category_number,
        category
    from {{ ref('product_groups') }}
    where category is not null

),

rules as (

    select
        categories.category,
        rules.next_category_number,
        next_categories.category as next_category,
        rules.place,
        rules.lift
    from {{ ref('category_rules') }} as rules
    inner join categories on rules.category_number = categories.category_number
    inner join categories as next_categories
        on rules.next_category_number = next_categories.category_number

),

preferred as (

    select
        customer_id,
        preferred_category,
        as_of_date
    from {{ ref('customer_product_preferences') }}
    where preferred_category is not null

),

{# Which rules of the preferred category the customer follows already, a bit each: the first one that
   is missing is the next category, without a row for each rule and customer. #}
followed as (

    select
        preferred.customer_id,
        bit_or({{ bit_of('rules.place - 1') }}) as places
    from preferred
    inner join {{ ref('customer_category_spend') }} as spends
        on preferred.customer_id = spends.customer_id
    inner join rules
        on
            preferred.preferred_category = rules.category
            and spends.category_number = rules.next_category_number
    group by preferred.customer_id

),

placed as (

    select
        preferred.customer_id,
        preferred.preferred_category,
        {{ first_bit_not_in('coalesce(followed.places, 0)') }} + 1 as place,
        preferred.as_of_date
    from preferred
    left join followed on preferred.customer_id = followed.customer_id

)

select
    placed.customer_id,
    rules.next_category,
    rules.lift,
    placed.as_of_date
from placed
inner join rules
    on placed.preferred_category = rules.category and placed.place = rules.place
