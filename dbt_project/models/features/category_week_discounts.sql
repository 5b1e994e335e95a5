with

night as (

    select
        as_of_date,
        {{ window_start('as_of_date', 365) }} as window_start
    from {{ source('ops', 'night') }}

),

{# Guests are buyers like others; who refused profiling is in no figure about others. By the number
   of the id, which two ids may share: to compare the ids of all lines would cost as much again. #}
refusing_customers as (

    select
        {{ customer_lookup() }} as customer_lookup,
        min(customer_id) as first_customer_id,
        max(customer_id) as last_customer_id
    from {{ ref('customers') }}
    where not has_profiling_consent
    group by {{ customer_lookup() }}

),

products as (

    select
        product_id,
        category
    from {{ ref('products') }}
    where category is not null

),

totals as (

    select
        products.category,
        cast(date_trunc('week', lines.ordered_date) as date) as week_start_date,
        sum(lines.amount) as amount,
        coalesce(sum(lines.discount_amount), 0) as discount_amount
    from {{ ref('transactions') }} as lines
    inner join products on lines.product_id = products.product_id
    left join refusing_customers
        on lines.customer_lookup = refusing_customers.customer_lookup
    where
        lines.transaction_type = 'sale'
        and (
            refusing_customers.customer_lookup is null
            or lines.customer_id not in (
                refusing_customers.first_customer_id, refusing_customers.last_customer_id
            )
        )
        {# Joined to the night, all lines of ever would be looked up among those who refused. #}
        and lines.ordered_date >= (select night.window_start from night)
        and lines.ordered_date <= (select night.as_of_date from night)
        and lines.amount > -coalesce(lines.discount_amount, 0)
    group by products.category, cast(date_trunc('week', lines.ordered_date) as date)

)

select
    totals.category,
    totals.week_start_date,
    cast(totals.amount + totals.discount_amount as decimal(18, 4)) as list_amount,
    {{ share_of('totals.discount_amount', '(totals.amount + totals.discount_amount)') }}
        as discount_share,
    night.as_of_date
from totals
cross join night
