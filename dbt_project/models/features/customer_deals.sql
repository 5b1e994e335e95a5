with

night as (

    select
        as_of_date,
        {{ window_start('as_of_date', 365) }} as window_start
    from {{ source('ops', 'night') }}

),

customers as (

    select
        customer_id,
        sales_365d + discounts_365d as list_amount
    from {{ ref('customer_rfm') }}

),

{# Categories by number: a number is compared faster than a name. #}
numbers as (

    select
        category,
        cast(row_number() over (order by category) as integer) as category_number
    from {{ ref('category_week_discounts') }}
    group by category

),

products as (

    select
        products.product_id,
        numbers.category_number
    from {{ ref('products') }} as products
    inner join numbers on products.category = numbers.category

),

category_weeks as (

    select
        numbers.category_number,
        weeks.discount_share,
        weeks.week_start_date
    from {{ ref('category_week_discounts') }} as weeks
    inner join numbers on weeks.category = numbers.category

),

{# Own and expected are of the same lines, those of known category; a line's expected discount is
   cut to the scale of money, which is summed at half the cost of more digits. #}
sums as (

    select
        lines.customer_id,
        count(*) as deal_lines,
        sum(lines.amount) + coalesce(sum(lines.discount_amount), 0) as list_amount,
        coalesce(sum(lines.discount_amount), 0) as discount_amount,
        coalesce(sum(lines.coupon_amount), 0) as coupon_amount,
        sum(cast(
            (cast(lines.amount as double) + coalesce(cast(lines.discount_amount as double), 0))
            * category_weeks.discount_share as decimal(18, 4)
        )) as expected_discount_amount
    from {{ ref('transactions') }} as lines
    cross join night
    inner join products on lines.product_id = products.product_id
    inner join category_weeks
        on
            products.category_number = category_weeks.category_number
            and cast(date_trunc('week', lines.ordered_date) as date)
            = category_weeks.week_start_date
    where
        lines.transaction_type = 'sale'
        and lines.customer_id is not null
        and lines.ordered_date between night.window_start and night.as_of_date
        and lines.amount > -coalesce(lines.discount_amount, 0)
    group by lines.customer_id

)

select
    sums.customer_id,
    cast(sums.deal_lines as bigint) as deal_lines,
    cast(sums.list_amount as decimal(18, 4)) as list_amount,
    {{ share_of('sums.discount_amount', 'sums.list_amount') }} as own_discount_share,
    {{ share_of('sums.expected_discount_amount', 'sums.list_amount') }}
        as expected_discount_share,
    {# Both are shares of the same list amount, which cancels. #}
    {{ ratio_of('sums.discount_amount', 'sums.expected_discount_amount') }} as deal_index,
    {{ share_of('sums.coupon_amount', 'sums.list_amount') }} as coupon_share,
    {{ share_of('sums.list_amount', 'customers.list_amount') }} as category_coverage_share,
    night.as_of_date
from sums
cross join night
inner join customers on sums.customer_id = customers.customer_id
