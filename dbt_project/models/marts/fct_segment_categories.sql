with

night as (

    select
        as_of_date,
        run_id,
        {{ window_start('as_of_date', 'rfm_window_days') }} as window_start
    from {{ source('ops', 'night') }}

),

{# Customers who are in the same segments of all schemes are counted together: there are a few
   hundred such groups, so that each purchase is looked at once instead of once a scheme. #}
customers as (

    select
        customer_id,
        {% for scheme in built_schemes() -%}
        {{ scheme }}_segment,
        {% endfor -%}
        dense_rank() over (
            order by
                {{ built_schemes() | join('_segment,
                ') }}_segment
        ) as group_number
    from {{ ref('customer_360') }}

),

segment_groups as (

    {% for scheme in built_schemes() %}
    select
        group_number,
        '{{ scheme }}' as scheme,
        {{ scheme }}_segment as segment_id,
        count(*) as customers
    from customers
    where {{ scheme }}_segment is not null
    group by group_number, {{ scheme }}_segment
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

bought as (

    select
        lines.customer_id,
        coalesce(products.category, 'unknown') as category,
        coalesce(lines.channel, 'unknown') as channel,
        sum(lines.amount) as spend
    from {{ ref('transactions') }} as lines
    cross join night
    left join {{ ref('products') }} as products on lines.product_id = products.product_id
    where
        lines.transaction_type = 'sale'
        and lines.customer_id is not null
        and lines.ordered_date between night.window_start and night.as_of_date
    group by
        lines.customer_id,
        coalesce(products.category, 'unknown'),
        coalesce(lines.channel, 'unknown')

),

{# Every channel by itself, and 'all': a buyer in two channels is one buyer. #}
bought_anywhere as (

    select
        customer_id,
        category,
        sum(spend) as spend
    from bought
    group by customer_id, category

),

bought_by_group as (

    select
        customers.group_number,
        bought.category,
        bought.channel,
        count(*) as buyers,
        sum(bought.spend) as spend
    from bought
    inner join customers on bought.customer_id = customers.customer_id
    group by customers.group_number, bought.category, bought.channel

    union all

    select
        customers.group_number,
        bought_anywhere.category,
        'all' as channel,
        count(*) as buyers,
        sum(bought_anywhere.spend) as spend
    from bought_anywhere
    inner join customers on bought_anywhere.customer_id = customers.customer_id
    group by customers.group_number, bought_anywhere.category

),

figures as (

    select
        segment_groups.scheme,
        segment_groups.segment_id,
        bought_by_group.category,
        bought_by_group.channel,
        cast(sum(bought_by_group.buyers) as bigint) as buyers,
        sum(bought_by_group.spend) as spend
    from bought_by_group
    inner join segment_groups on bought_by_group.group_number = segment_groups.group_number
    group by
        segment_groups.scheme, segment_groups.segment_id, bought_by_group.category,
        bought_by_group.channel

),

sizes as (

    select
        segment_groups.scheme,
        segment_groups.segment_id,
        cast(sum(segment_groups.customers) as bigint) as customers,
        cast(sum(sum(segment_groups.customers)) over (partition by segment_groups.scheme) as bigint)
            as scheme_customers
    from segment_groups
    group by segment_groups.scheme, segment_groups.segment_id

),

based as (

    select
        figures.*,
        sum(figures.buyers) over (
            partition by figures.scheme, figures.category, figures.channel
        ) as base_buyers,
        sum(figures.spend) over (
            partition by figures.scheme, figures.segment_id, figures.channel
        ) as channel_spend
    from figures

)

select
    night.as_of_date,
    night.run_id,
    based.scheme,
    based.segment_id,
    based.category,
    based.channel,
    based.buyers,
    {{ share_of('based.buyers', 'sizes.customers') }} as penetration,
    {{ share_of('based.spend', 'based.channel_spend') }} as spend_share,
    {{ ratio_of(
        '100 * based.buyers * sizes.scheme_customers', '(sizes.customers * based.base_buyers)'
    ) }} as index_vs_base
from based
cross join night
inner join sizes on based.scheme = sizes.scheme and based.segment_id = sizes.segment_id
