with

night as (

    select
        as_of_date,
        {{ window_start('as_of_date', 'rfm_window_days') }} as rfm_start,
        least(
            {{ window_start('as_of_date', 'rfm_window_days') }},
            {{ window_start('as_of_date', 365) }}
        ) as windows_start,
    {% for window in [90, 92, 365] %}
    {{ window_start('as_of_date', window) }} as start_{{ window }}d{{ ',' if not loop.last }}
    {% endfor %}
    from {{ source('ops', 'night') }}

),

customers as (

    select customer_id
    from {{ ref('night_customers') }}

),

orders as (

    select
        order_days.customer_id,
        count(*) - 1 as gaps,
        {{ days_between('min(order_days.order_date)', 'max(order_days.order_date)') }} as gap_days,
        sum(case when order_days.order_date >= night.rfm_start then order_days.orders end)
            as frequency,
        sum(case when order_days.order_date >= night.start_365d then order_days.orders end)
            as orders_365d,
        {% for window in [92, 365] %}
        count(case when order_days.order_date >= night.start_{{ window }}d then 1 end)
            as order_days_{{ window }}d,
        {% endfor %}
        sum(case when order_days.gap_days is null then order_days.revenue end)
            as first_day_revenue,
        min(order_days.order_date) as first_order_date,
        max(order_days.order_date) as last_order_date
    from {{ ref('everybodys_order_days') }} as order_days
    cross join night
    group by order_days.customer_id

),

{# Every line counts on its own day: a return tonight of a sale of last year is tonight's. #}
money as (

    select
        days.customer_id,
        {% for measure, amount in [
            ('monetary', 'revenue'), ('sales', 'sale_amount'), ('returns', 'return_amount'),
            ('discounts', 'discount_amount'),
        ] %}
        sum(case when days.day >= night.rfm_start then days.{{ amount }} end) as {{ measure }},
        {% endfor %}
        {% for measure, amount in [
            ('spend_365d', 'revenue'), ('sale_lines_365d', 'sale_lines'),
            ('sales_365d', 'sale_amount'), ('known_cost_365d', 'known_cost'),
            ('known_cost_revenue_365d', 'known_cost_revenue'),
            ('known_cost_sales_365d', 'known_cost_sale_revenue'),
            ('returns_365d', 'return_amount'), ('discounts_365d', 'discount_amount'),
        ] %}
        sum(case when days.day >= night.start_365d then days.{{ amount }} end) as {{ measure }},
        {% endfor %}
        sum(case when days.day >= night.start_90d then days.revenue end) as spend_90d
    from {{ ref('customer_days') }} as days
    cross join night
    where days.day between night.windows_start and night.as_of_date
    group by days.customer_id

),

{# Of all history one sum is wanted: most days lie before every window. #}
spends as (

    select
        days.customer_id,
        sum(days.revenue) as spend
    from {{ ref('customer_days') }} as days
    cross join night
    where days.day <= night.as_of_date
    group by days.customer_id

)

select
    customers.customer_id,
    cast({{ days_between('orders.last_order_date', 'night.as_of_date') }} as bigint)
        as recency_days,
    cast(coalesce(orders.frequency, 0) as bigint) as frequency,
    cast(coalesce(money.monetary, 0) as decimal(18, 4)) as monetary,
    cast({{ days_between('orders.first_order_date', 'night.as_of_date') }} as bigint)
        as tenure_days,
    {{ ratio_of('money.monetary', 'orders.frequency') }} as average_order_value,
    {{ share_of('money.discounts', '(money.sales + money.discounts)') }} as discount_share,
    {{ share_of('-money.returns', 'money.sales') }} as return_share,
    {% for count in ['orders_365d', 'order_days_92d', 'order_days_365d'] %}
    cast(coalesce(orders.{{ count }}, 0) as bigint) as {{ count }},
    {% endfor %}
    cast(coalesce(money.sale_lines_365d, 0) as bigint) as sale_lines_365d,
    {% for measure in [
        'spend_90d', 'spend_365d', 'sales_365d', 'returns_365d', 'discounts_365d', 'known_cost_365d',
        'known_cost_revenue_365d', 'known_cost_sales_365d',
    ] %}
    cast(coalesce(money.{{ measure }}, 0) as decimal(18, 4)) as {{ measure }},
    {% endfor %}
    {# Returns of whatever day are of repeat purchases: that of a first order is the rare one. #}
    cast(coalesce(spends.spend - orders.first_day_revenue, 0) as decimal(18, 4)) as repeat_spend,
    cast(coalesce(orders.gaps, 0) as bigint) as gaps,
    cast(coalesce(orders.gap_days, 0) as bigint) as gap_days,
    coalesce(money.sale_lines_365d, 0) > 0 as has_sale_line_365d,
    coalesce(orders.frequency, 0) > 0 as is_scored,
    orders.first_order_date,
    orders.last_order_date,
    night.as_of_date
from customers
cross join night
left join orders on customers.customer_id = orders.customer_id
left join money on customers.customer_id = money.customer_id
left join spends on customers.customer_id = spends.customer_id
