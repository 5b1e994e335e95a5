-- depends_on: {{ ref('recounted_customers') }}
{{ told_by_customer(by='customer_id') }}

{% set day_parts = ['morning', 'afternoon', 'evening', 'night'] %}

with

night as (

    select
        time_zone,
        {% for part in day_parts %}
        preferences_day_parts_{{ loop.index }} as {{ part }}_hour,
        {% endfor %}
        as_of_date,
        {{ window_start('as_of_date', 365) }} as window_start
    from {{ source('ops', 'night') }}

),

customers as (

    {{ customers_to_tell() | indent(4) }}

),

orders as (

    select
        days.customer_id,
        {{ quarter_hour('days.first_sold_at') }} as quarter_hour,
        {{ begins_quarter_hour('days.first_sold_at') }} as begins_quarter_hour
    from {{ order_days_to_tell() | indent(4) }} as days
    cross join night
    where
        days.customer_id is not null
        and days.sale_lines > 0
        and days.day between night.window_start and night.as_of_date

),

quarter_hours as (

    select distinct quarter_hour
    from orders

),

clock as (

    select
        quarter_hours.quarter_hour,
        {{ local_time_of_quarter_hour('quarter_hours.quarter_hour', 'night.time_zone') }}
            as local_time
    from quarter_hours
    cross join night

),

parts as (

    select
        clock.quarter_hour,
        case
            when extract(hour from clock.local_time) < night.morning_hour then 'night'
            when extract(hour from clock.local_time) < night.afternoon_hour then 'morning'
            when extract(hour from clock.local_time) < night.evening_hour then 'afternoon'
            when extract(hour from clock.local_time) < night.night_hour then 'evening'
            else 'night'
        end as day_part,
        extract(hour from clock.local_time) + extract(minute from clock.local_time) = 0
            as is_midnight
    from clock
    cross join night

),

{# Midnight sharp is a date without a time. #}
part_orders as (

    select
        orders.customer_id,
    {% for part in day_parts %}
    sum(case when parts.day_part = '{{ part }}' then 1 else 0 end)
        as {{ part }}_orders{{ ',' if not loop.last }}
    {% endfor %}
    from orders
    inner join parts on orders.quarter_hour = parts.quarter_hour
    where not (parts.is_midnight and orders.begins_quarter_hour)
    group by orders.customer_id

),

{# The part with the most orders; of equal ones the earlier one. #}
busiest as (

    select
        customer_id,
        case greatest({{ day_parts | join('_orders, ') }}_orders)
            {% for part in day_parts %}
            when {{ part }}_orders then '{{ part }}'
            {% endfor %}
        end as preferred_day_part
    from part_orders

)

select
    busiest.customer_id,
    busiest.preferred_day_part
from busiest
inner join customers on busiest.customer_id = customers.customer_id
