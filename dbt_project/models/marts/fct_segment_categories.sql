with

night as (

    select
        as_of_date,
        run_id,
        {{ window_start('as_of_date', 'rfm_window_days') }} as window_start
    from {{ source('ops', 'night') }}

),

assigned as (

    select
        segments.customer_id,
        segments.scheme,
        segments.segment_id
    from {{ ref('customer_segments') }} as segments
    inner join night on segments.as_of_date = night.as_of_date

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
bought_categories as (

    select
        customer_id,
        category,
        channel,
        spend
    from bought
    union all
    select
        customer_id,
        category,
        'all' as channel,
        sum(spend) as spend
    from bought
    group by customer_id, category

),

figures as (

    select
        assigned.scheme,
        assigned.segment_id,
        bought_categories.category,
        bought_categories.channel,
        count(*) as buyers,
        sum(bought_categories.spend) as spend
    from bought_categories
    inner join assigned on bought_categories.customer_id = assigned.customer_id
    group by
        assigned.scheme, assigned.segment_id, bought_categories.category,
        bought_categories.channel

),

sizes as (

    select
        assigned.scheme,
        assigned.segment_id,
        count(*) as customers,
        sum(count(*)) over (partition by assigned.scheme) as scheme_customers
    from assigned
    group by assigned.scheme, assigned.segment_id

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
