{{ config(meta={'reconcile': false}) }}

{#
    Of whom it is told anew what they bought within a year, where and when. It follows from lines of
    theirs and from the products of these, so everybody else's figures of the last night are those of
    tonight. There is no last night to keep if core is built as a whole, if it broke off the last time,
    if tonight lies before it or if settings have changed that it is told by.
#}
with

night as (

    select
        as_of_date,
        {{ window_start('as_of_date', 365) }} as window_start,
        {{ settings_told_by() | indent(8) }} as settings_digest
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

counted_products as (

    select *
    from {{ as_left_by_last_night('features', 'counted_products', {
        'product_id': 'varchar', 'group_digest': 'varchar',
    }) }}

),

counted_customers as (

    select
        customer_id,
        customer_number
    from {{ as_left_by_last_night('features', 'numbered_customers', {
        'customer_id': 'varchar', 'customer_number': 'integer',
    }) }}

),

last_night as (

    select
        settings_digest,
        as_of_date,
        {{ window_start('as_of_date', 365) }} as window_start
    from {{ as_left_by_last_night('features', 'counted_night', {
        'settings_digest': 'varchar', 'as_of_date': 'date',
    }) }}

),

{# One row if what was told on the last night is kept. #}
kept as (

    select
        night.as_of_date,
        night.window_start,
        last_night.as_of_date as last_as_of_date,
        last_night.window_start as last_window_start
    from night
    inner join last_night
        on
            night.as_of_date >= last_night.as_of_date
            and night.settings_digest = last_night.settings_digest
    where not exists (
        select 1
        from {{ source('ops', 'core_intake') }} as intake
        where intake.is_resumed
    )

),

changed_products as (

    select coalesce(products.product_id, counted.product_id) as product_id
    from ({{ products_in_groups() | indent(4) }}) as products
    full outer join counted_products as counted on products.product_id = counted.product_id
    where products.group_digest is distinct from counted.group_digest

),

touched as (

    select customer_id
    from {{ ref('touched_days') }}

    union

    {# Days that left the window, and days that came into it; those yet to come are in none. #}
    select days.customer_id
    from {{ ref('customer_days') }} as days
    inner join kept
        on
            (days.day >= kept.last_window_start and days.day < kept.window_start)
            or (days.day > kept.last_as_of_date and days.day <= kept.as_of_date)

    union

    select lines.customer_id
    from {{ ref('transactions') }} as lines
    inner join kept on lines.ordered_date between kept.window_start and kept.as_of_date
    where
        lines.customer_id is not null
        and lines.product_id in (select changed_products.product_id from changed_products)

),

recounted as (

    select coalesce(customers.customer_id, counted.customer_id) as customer_id
    from customers
    full outer join counted_customers as counted on customers.customer_id = counted.customer_id
    where
        customers.customer_id is null
        or counted.customer_id is null
        or not exists (select 1 from kept)

    union

    select customer_id
    from touched

)

select
    recounted.customer_id,
    counted_customers.customer_number,
    {{ customer_lookup('recounted.customer_id') }} as customer_lookup,
    not exists (select 1 from kept) as is_everybody
from recounted
left join counted_customers on recounted.customer_id = counted_customers.customer_id
