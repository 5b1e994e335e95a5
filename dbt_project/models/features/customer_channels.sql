-- depends_on: {{ ref('recounted_customers') }}
{{ told_by_customer(by='customer_id') }}

{% set kinds = ['online', 'store', 'other'] %}

with

night as (

    select
        channel_online,
        channel_store,
        as_of_date,
        {{ window_start('as_of_date', 365) }} as window_start
    from {{ source('ops', 'night') }}

),

{{ orders_by('channel') }},

names as (

    select distinct channel
    from spends

),

{# Names are the seller's own words: which of them are online and which are stores, settings say. #}
kinds as (

    select
        names.channel,
        case
            {% for kind in ['online', 'store'] %}
            when
                position(
                    ',' || lower(names.channel) || ',' in ',' || night.channel_{{ kind }} || ','
                ) > 0
                then '{{ kind }}'
            {% endfor %}
            else 'other'
        end as kind
    from names
    cross join night

),

summed as (

    select
        spends.customer_id,
        {{ first_value_by(
            'spends.channel', ['-spends.orders', '-spends.sale_amount', 'spends.channel']
        ) }} as main_channel,
        {% for kind in kinds %}
        sum(case when kinds.kind = '{{ kind }}' then spends.orders else 0 end)
            as {{ kind }}_orders,
        {% endfor %}
        max(spends.orders) as main_channel_orders
    from spends
    inner join kinds on spends.channel = kinds.channel
    group by spends.customer_id

)

select
    summed.customer_id,
    summed.main_channel,
    {% for kind in kinds %}
    cast(summed.{{ kind }}_orders as bigint) as {{ kind }}_orders,
    {% endfor %}
    summed.main_channel_orders
from summed
inner join customers on summed.customer_id = customers.customer_id
