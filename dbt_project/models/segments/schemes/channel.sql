{# Within five points of a hundred of the omnichannel share counts as borderline. #}
{% set borderline = 0.05 %}

with

night as (

    select
        channel_omnichannel_share,
        language
    from {{ source('ops', 'night') }}

),

channels as (

    select
        customer_id,
        main_channel,
        main_channel_orders,
        online_orders,
        store_orders,
        other_orders
    from {{ ref('customer_channels') }}

),

{# Without the channel of any order the scheme is not available; with one, none is `unknown`. #}
known as (

    select count(*) as customers
    from channels

),

customers as (

    select
        night_customers.customer_id,
        channels.main_channel,
        channels.main_channel_orders,
        channels.online_orders,
        channels.store_orders,
        channels.other_orders,
        channels.online_orders + channels.store_orders + channels.other_orders as orders,
        {# Of orders online and in stores, the share of those that are fewer. #}
        {{ share_of(
            'least(channels.online_orders, channels.store_orders)',
            '(channels.online_orders + channels.store_orders)'
        ) }} as lesser_share,
        night_customers.as_of_date
    from {{ ref('night_customers') }} as night_customers
    cross join known
    left join channels on night_customers.customer_id = channels.customer_id
    where known.customers > 0

),

sorted as (

    select
        customers.*,
        night.channel_omnichannel_share as omnichannel_share,
        case
            when customers.orders is null then 'unknown'
            when
                customers.lesser_share > 0
                and customers.lesser_share >= night.channel_omnichannel_share
                then 'omnichannel'
            when
                customers.online_orders >= customers.store_orders
                and customers.online_orders >= customers.other_orders
                then 'online'
            when customers.store_orders >= customers.other_orders then 'store'
            else 'other'
        end as kind
    from customers
    cross join night

),

followed as (

    {# Whoever never bought in the other way is no distance away from doing so. #}
    select
        sorted.*,
        case
            when sorted.kind = 'omnichannel' then sorted.lesser_share - sorted.omnichannel_share
            when sorted.kind in ('online', 'store') and sorted.lesser_share > 0
                then sorted.omnichannel_share - sorted.lesser_share
        end as margin,
        case
            when sorted.kind = 'omnichannel' and sorted.online_orders >= sorted.store_orders
                then 'online'
            when sorted.kind = 'omnichannel' then 'store'
            when sorted.kind in ('online', 'store') and sorted.lesser_share > 0 then 'omnichannel'
        end as next_kind
    from sorted

)

select
    followed.as_of_date,
    followed.customer_id,
    'channel' as scheme,
    'channel.' || followed.kind as segment_id,
    followed.lesser_share as score,
    {{ rounded('followed.margin') }} as margin,
    coalesce(followed.margin < {{ borderline }}, false) as is_borderline,
    'channel.' || followed.next_kind as next_segment_id,
    case
        when followed.kind = 'unknown' then {{ said('channel.unknown') }}
        else
            {{ said('channel.orders', {
                'kind': 'followed.kind', 'online': 'followed.online_orders',
                'store': 'followed.store_orders', 'other': 'followed.other_orders'}) }}
    end as reason_1,
    case
        when followed.kind <> 'unknown'
            then
                {{ said('channel.main', {
                    'channel': 'followed.main_channel', 'most': 'followed.main_channel_orders',
                    'orders': 'followed.orders'}) }}
    end as reason_2,
    cast(null as varchar) as reason_3
from followed
cross join night
