with

night as (

    select
        as_of_date,
        {{ window_start('as_of_date', 365) }} as window_start
    from {{ source('ops', 'night') }}

),

{# Guests are buyers like others; who refused profiling is in no figure about others. #}
refusing_customers as (

    select customer_id
    from {{ ref('customers') }}
    where not has_profiling_consent

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
        sum(lines.amount + coalesce(lines.discount_amount, 0)) as list_amount,
        sum(coalesce(lines.discount_amount, 0)) as discount_amount
    from {{ ref('transactions') }} as lines
    cross join night
    inner join products on lines.product_id = products.product_id
    left join refusing_customers on lines.customer_id = refusing_customers.customer_id
    where
        lines.transaction_type = 'sale'
        and refusing_customers.customer_id is null
        and lines.ordered_date between night.window_start and night.as_of_date
        and lines.amount + coalesce(lines.discount_amount, 0) > 0
    group by products.category, cast(date_trunc('week', lines.ordered_date) as date)

)

select
    totals.category,
    totals.week_start_date,
    cast(totals.list_amount as decimal(18, 4)) as list_amount,
    {{ share_of('totals.discount_amount', 'totals.list_amount') }} as discount_share,
    night.as_of_date
from totals
cross join night
