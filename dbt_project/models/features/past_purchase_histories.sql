{#
    What was known of customers on past nights, and what came of them: the rows that predictions are
    learned from and held against. On a past night only orders, returns and closures of its own time
    count; what came next counts as it stood when the horizon ended, so that a past night says the
    same on every later one.
#}
{% set horizon = 90 %}
{# Days back: a month apart as soon as the horizon is over, and full years for a year's spend. #}
{% set past_nights = [90, 120, 150, 180, 210, 240, 365, 730] %}

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

    {{ customers_to_sample() | indent(4) }}

),

sampled_customers as (

    select
        customers.customer_id,
        {{ customer_lookup('customers.customer_id') }} as customer_lookup
    from customers
    where {{ is_sampled('customers') | indent(4) }}

),

{# What returns had taken back by the night, or of a later order by the end of the horizon. #}
closed as (

    select
        cutoffs.cutoff_date,
        closures.customer_id,
        closures.order_date,
        sum(closures.orders) as orders
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
    group by cutoffs.cutoff_date, closures.customer_id, closures.order_date

),

days as (

    select
        customer_days.customer_id,
        customer_days.day,
        customer_days.revenue,
        customer_days.sale_lines,
        customer_days.sale_amount,
        customer_days.return_amount,
        customer_days.discount_amount,
        customer_days.orders_opened
    from {{ ref('customer_days') }} as customer_days
    inner join sampled_customers
        on
            customer_days.customer_lookup = sampled_customers.customer_lookup
            and customer_days.customer_id = sampled_customers.customer_id

),

{# Each day as each night knows it. What came after its horizon counts for a year's spend alone, and
   for that only where the year is over. #}
known as (

    select
        cutoffs.cutoff_date,
        cutoffs.horizon_date,
        cutoffs.as_of_date,
        days.*,
        days.orders_opened - coalesce(closed.orders, 0) as orders,
        days.day <= cutoffs.horizon_date
        and days.orders_opened - coalesce(closed.orders, 0) > 0 as is_order_day,
        {{ days_between('days.day', 'cutoffs.cutoff_date') }} as days_back,
        {{ twelfth_of_year('days.day', 'cutoffs.cutoff_date') }} as twelfth
    from days
    cross join cutoffs
    left join closed
        on
            cutoffs.cutoff_date = closed.cutoff_date
            and days.customer_id = closed.customer_id
            and days.day = closed.order_date

),

{# A day in (cutoff - w, cutoff] is 0 to w - 1 days back; one after the cutoff, fewer than 0. #}
summed as (

    select
        cutoff_date,
        customer_id,
        sum(case when is_order_day and days_back >= 0 then 1 else 0 end) as order_days,
        {% for window in [92, 365] %}
        sum(case when is_order_day and days_back between 0 and {{ window - 1 }} then 1 else 0 end)
            as order_days_{{ window }}d,
        {% endfor %}
        sum(case when is_order_day and days_back between 0 and 364 then orders else 0 end)
            as orders_365d,
        {# A bit a twelfth of the year: twelve aggregates of a row cost more than one. #}
        coalesce(bit_count(bit_or(
            case
                when is_order_day and days_back between 0 and 364
                    then cast(power(2, twelfth) as bigint)
            end
        )), 0) as active_months_365d,
        min_by(revenue, day) filter (where is_order_day) as first_day_revenue,
        sum(case when is_order_day and days_back < 0 then 1 else 0 end) as order_days_next_90d,
        min(case when is_order_day then day end) as first_order_date,
        max(case when is_order_day and days_back >= 0 then day end) as last_order_date,
        {% for measure, amount, window in [
            ('spend_90d', 'revenue', 90), ('spend_365d', 'revenue', 365),
            ('sale_lines_365d', 'sale_lines', 365), ('sales_365d', 'sale_amount', 365),
            ('returns_365d', 'return_amount', 365), ('discounts_365d', 'discount_amount', 365),
        ] %}
        sum(case when days_back between 0 and {{ window - 1 }} then {{ amount }} else 0 end)
            as {{ measure }},
        {% endfor %}
        sum(case when days_back >= 0 then revenue else 0 end) as spend,
        sum(case when days_back < 0 and day <= horizon_date then revenue else 0 end)
            as spend_next_90d,
        sum(case when days_back between -365 and -1 then revenue else 0 end) as spend_next_365d,
        {{ days_between('cutoff_date', 'max(as_of_date)') }} >= 365 as is_year_known,
        max(horizon_date) as horizon_date
    from known
    group by cutoff_date, customer_id

)

select
    customer_id,
    cast({{ days_between('last_order_date', 'cutoff_date') }} as bigint)
        as recency_days,
    cast({{ days_between('first_order_date', 'cutoff_date') }} as bigint)
        as observed_days,
    {% for count in [
        'order_days', 'order_days_92d', 'order_days_365d', 'order_days_next_90d',
        'orders_365d', 'active_months_365d',
    ] %}
    cast({{ count }} as bigint) as {{ count }},
    {% endfor %}
    cast(sale_lines_365d as bigint) as sale_lines_365d,
    {% for amount in [
        'spend_90d', 'spend_365d', 'sales_365d', 'returns_365d', 'discounts_365d',
        'spend_next_90d',
    ] %}
    cast({{ amount }} as decimal(18, 4)) as {{ amount }},
    {% endfor %}
    cast(case when is_year_known then spend_next_365d end as decimal(18, 4))
        as spend_next_365d,
    {{ ratio_of('(spend - first_day_revenue)', '(order_days - 1)') }}
        as mean_repeat_spend,
    cutoff_date,
    horizon_date as label_known_on
from summed
where first_order_date <= cutoff_date
