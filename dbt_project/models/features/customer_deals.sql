with

night as (

    select
        as_of_date,
        {{ window_start('as_of_date', 365) }} as window_start
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

products as (

    select
        product_id,
        category
    from {{ ref('products') }}
    where category is not null

),

category_weeks as (

    select
        category,
        discount_share,
        week_start_date
    from {{ ref('category_week_discounts') }}

),

{# Own and expected are of the same lines, those of known category. #}
sums as (

    select
        lines.customer_id,
        count(category_weeks.category) as deal_lines,
        sum(lines.amount + coalesce(lines.discount_amount, 0)) as list_amount,
        sum(coalesce(lines.coupon_amount, 0)) as coupon_amount,
        sum(case
            when category_weeks.category is not null
                then lines.amount + coalesce(lines.discount_amount, 0)
        end) as known_list_amount,
        sum(case when category_weeks.category is not null then lines.discount_amount end)
            as known_discount_amount,
        sum({{ summable(
            'cast(lines.amount + coalesce(lines.discount_amount, 0) as double)'
            ~ ' * category_weeks.discount_share'
        ) }}) as expected_discount_amount
    from {{ ref('transactions') }} as lines
    cross join night
    left join products on lines.product_id = products.product_id
    left join category_weeks
        on
            products.category = category_weeks.category
            and cast(date_trunc('week', lines.ordered_date) as date)
            = category_weeks.week_start_date
    where
        lines.transaction_type = 'sale'
        and lines.customer_id is not null
        and lines.ordered_date between night.window_start and night.as_of_date
        and lines.amount + coalesce(lines.discount_amount, 0) > 0
    group by lines.customer_id

),

shares as (

    select
        sums.*,
        coalesce(sums.known_discount_amount, 0) as own_discount_amount
    from sums

)

select
    shares.customer_id,
    cast(shares.deal_lines as bigint) as deal_lines,
    cast(shares.list_amount as decimal(18, 4)) as list_amount,
    {{ share_of('shares.own_discount_amount', 'shares.known_list_amount') }}
        as own_discount_share,
    {{ share_of('shares.expected_discount_amount', 'shares.known_list_amount') }}
        as expected_discount_share,
    {# Both are shares of the same list amount, which cancels. #}
    {{ ratio_of('shares.own_discount_amount', 'shares.expected_discount_amount') }} as deal_index,
    {{ share_of('shares.coupon_amount', 'shares.list_amount') }} as coupon_share,
    {{ share_of('coalesce(shares.known_list_amount, 0)', 'shares.list_amount') }}
        as category_coverage_share,
    night.as_of_date
from shares
cross join night
inner join customers on shares.customer_id = customers.customer_id
