{#
    What was known of customers on past nights, and what came of them: the rows that predictions are
    learned from and held against. On a past night only orders, returns and closures of its own time
    count; what came next counts as it stood when the horizon ended, so that a past night says the
    same on every later one.
#}
{% set horizon = 90 %}
{# Days back: a month apart as soon as the horizon is over, and full years for a year's spend. #}
{% set past_nights = [90, 120, 150, 180, 210, 240, 365, 730] %}
{# Of customers; coefficients of six features are settled by fewer. #}
{% set enough_customers = 50000 %}

with

night as (

    select as_of_date
    from {{ source('ops', 'night') }}

),

cutoffs as (

    {% for days in past_nights %}
    select
        {{ day_plus('as_of_date', -days) }} as cutoff_date,
        {{ day_plus('as_of_date', horizon - days) }} as horizon_date,
        as_of_date
    from night
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

customers as (

    select
        customer_id,
        substr(md5(customer_id), 1, 4) as bucket,
        count(*) over () as all_customers
    from {{ ref('night_customers') }}

),

{# Always the same ones: in 65,536ths by the digest of the id. #}
sampled_customers as (

    select customer_id
    from customers
    where
        all_customers <= {{ enough_customers }}
        or bucket < {{ four_hex_digits('65536.0 * ' ~ enough_customers ~ ' / all_customers') }}

),

days as (

    select
        cutoffs.cutoff_date,
        cutoffs.horizon_date,
        cutoffs.as_of_date,
        customer_days.customer_id,
        customer_days.day,
        customer_days.revenue,
        customer_days.sale_lines,
        customer_days.sale_amount,
        customer_days.return_amount,
        customer_days.discount_amount,
        customer_days.orders_opened
    from {{ ref('customer_days') }} as customer_days
    inner join sampled_customers on customer_days.customer_id = sampled_customers.customer_id
    cross join cutoffs
    where customer_days.day <= cutoffs.as_of_date

),

orders_known as (

    select
        cutoff_date,
        horizon_date,
        customer_id,
        day as order_date,
        orders_opened as orders,
        revenue
    from days
    where day <= horizon_date and orders_opened <> 0

    union all

    select
        cutoffs.cutoff_date,
        cutoffs.horizon_date,
        closures.customer_id,
        closures.order_date,
        -closures.orders as orders,
        cast(0 as decimal(18, 4)) as revenue
    from {{ ref('customer_day_closures') }} as closures
    inner join sampled_customers on closures.customer_id = sampled_customers.customer_id
    cross join cutoffs
    where
        closures.closed_date <= cutoffs.cutoff_date
        or (
            closures.order_date > cutoffs.cutoff_date
            and closures.order_date <= cutoffs.horizon_date
            and closures.closed_date <= cutoffs.horizon_date
        )

),

order_days as (

    select
        cutoff_date,
        customer_id,
        order_date,
        sum(orders) as orders,
        sum(revenue) as revenue,
        order_date > cutoff_date as is_next,
        min(order_date) over (partition by cutoff_date, customer_id) as first_order_date
    from orders_known
    group by cutoff_date, customer_id, order_date
    having sum(orders) > 0

),

orders as (

    select
        cutoff_date,
        customer_id,
        sum(case when not is_next then 1 else 0 end) as order_days,
        {% for window in [92, 365] %}
        sum({{ within(1, 'order_date', 'cutoff_date', window) }}) as order_days_{{ window }}d,
        {% endfor %}
        sum({{ within('orders', 'order_date', 'cutoff_date', 365) }}) as orders_365d,
        count(distinct case
            when {{ is_in_window('order_date', 'cutoff_date', 365) }}
                then {{ twelfth_of_year('order_date', 'cutoff_date') }}
        end) as active_months_365d,
        sum(case when order_date = first_order_date then revenue end) as first_day_revenue,
        sum(case when is_next then 1 else 0 end) as order_days_next_90d,
        min(first_order_date) as first_order_date,
        max(case when not is_next then order_date end) as last_order_date
    from order_days
    where first_order_date <= cutoff_date
    group by cutoff_date, customer_id

),

money as (

    select
        cutoff_date,
        customer_id,
        sum({{ within('revenue', 'day', 'cutoff_date', 90) }}) as spend_90d,
        {% for measure, amount in [
            ('spend_365d', 'revenue'), ('sale_lines_365d', 'sale_lines'),
            ('sales_365d', 'sale_amount'), ('returns_365d', 'return_amount'),
            ('discounts_365d', 'discount_amount'),
        ] %}
        sum({{ within(amount, 'day', 'cutoff_date', 365) }}) as {{ measure }},
        {% endfor %}
        sum(case when day <= cutoff_date then revenue else 0 end) as spend,
        sum(case when day > cutoff_date and day <= horizon_date then revenue else 0 end)
            as spend_next_90d,
        sum({{ within('revenue', 'cutoff_date', 'day', 366) }}) - sum(
            case when day = cutoff_date then revenue else 0 end
        ) as spend_next_365d,
        {{ days_between('cutoff_date', 'max(as_of_date)') }} >= 365 as is_year_known,
        max(horizon_date) as horizon_date
    from days
    group by cutoff_date, customer_id

)

select
    orders.customer_id,
    cast({{ days_between('orders.last_order_date', 'orders.cutoff_date') }} as bigint)
        as recency_days,
    cast({{ days_between('orders.first_order_date', 'orders.cutoff_date') }} as bigint)
        as observed_days,
    {% for count in [
        'order_days', 'order_days_92d', 'order_days_365d', 'order_days_next_90d',
        'orders_365d', 'active_months_365d',
    ] %}
    cast(orders.{{ count }} as bigint) as {{ count }},
    {% endfor %}
    cast(money.sale_lines_365d as bigint) as sale_lines_365d,
    {% for amount in [
        'spend_90d', 'spend_365d', 'sales_365d', 'returns_365d', 'discounts_365d',
        'spend_next_90d',
    ] %}
    cast(money.{{ amount }} as decimal(18, 4)) as {{ amount }},
    {% endfor %}
    cast(case when money.is_year_known then money.spend_next_365d end as decimal(18, 4))
        as spend_next_365d,
    {{ ratio_of('(money.spend - orders.first_day_revenue)', '(orders.order_days - 1)') }}
        as mean_repeat_spend,
    orders.cutoff_date,
    money.horizon_date as label_known_on
from orders
inner join money
    on orders.cutoff_date = money.cutoff_date and orders.customer_id = money.customer_id
