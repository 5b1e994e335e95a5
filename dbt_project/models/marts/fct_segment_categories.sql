{# Bits of a positive bigint. #}
{% set categories_per_set = 62 %}
{% set schemes = built_schemes_with_a_column() %}
{% set segment_columns = ['own_segments'] %}
{% for scheme in schemes %}
{% do segment_columns.append(scheme ~ '_segment') %}
{% endfor %}

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
groups as (

    select
        {% for column in segment_columns -%}
        {{ column }},
        {% endfor -%}
        count(*) as customers,
        cast(row_number() over (
            order by
                {{ segment_columns | join(' nulls last,
                ') }} nulls last
        ) as integer) as group_number
    from {{ ref('customer_360') }}
    group by
        {{ segment_columns | join(',
        ') }}

),

{# By number: what is told apart below are millions of customers and categories. #}
numbered_customers as (

    select
        customers.customer_id,
        cast(row_number() over () as integer) as customer_number,
        groups.group_number
    from {{ ref('customer_360') }} as customers
    inner join groups
        on
            true
            {% for column in segment_columns -%}
            and customers.{{ column }} is not distinct from groups.{{ column }}
            {% endfor %}

),

{# Segments of schemes without a column stand in a list. #}
own_segments as (

    select distinct
        segments.scheme,
        segments.segment_id
    from {{ ref('segment_nights') }} as segments
    inner join night on segments.as_of_date = night.as_of_date
    where
        segments.scheme not in (
            '{{ schemes | join("',
            '") }}'
        )

),

segment_groups as (

    {% for scheme in schemes %}
    select
        group_number,
        '{{ scheme }}' as scheme,
        {{ scheme }}_segment as segment_id,
        customers
    from groups
    where {{ scheme }}_segment is not null
    union all
    {% endfor %}
    select
        groups.group_number,
        own_segments.scheme,
        own_segments.segment_id,
        groups.customers
    from groups
    inner join own_segments
        on position(
            ',' || own_segments.segment_id || ',' in ',' || groups.own_segments || ','
        ) > 0

),

{# Number 0 is `unknown`: a product without a category, or one that no file describes. #}
categories as (

    select
        product_id,
        category,
        cast(case
            when category is null or category = 'unknown' then 0
            else dense_rank() over (order by category)
        end as integer) as category_number
    from {{ ref('products') }}

),

category_names as (

    select distinct
        category_number,
        category
    from categories
    where category_number > 0

),

purchases as (

    select
        customers.customer_number,
        customers.group_number,
        coalesce(categories.category_number, 0) as category_number,
        {# 'all' is the name of every channel together. #}
        coalesce(nullif(lines.channel, 'all'), 'unknown') as channel,
        lines.amount
    from {{ ref('transactions') }} as lines
    cross join night
    inner join numbered_customers as customers on lines.customer_id = customers.customer_id
    left join categories on lines.product_id = categories.product_id
    where
        lines.transaction_type = 'sale'
        and lines.ordered_date between night.window_start and night.as_of_date

),

{# What a customer bought is a set of categories, a bit each: what is told apart are customers and
   channels then, a fifth of the rows that there are with categories. #}
bought as (

    select
        customer_number,
        group_number,
        channel,
        cast(floor(category_number / {{ categories_per_set }}.0) as integer) as set_number,
        bit_or(cast(power(2, category_number % {{ categories_per_set }}) as bigint)) as categories
    from purchases
    group by
        customer_number, group_number, channel,
        cast(floor(category_number / {{ categories_per_set }}.0) as integer)

),

{# Every channel by itself, and 'all': a buyer in two channels is one buyer. #}
bought_anywhere as (

    select
        group_number,
        channel,
        set_number,
        categories
    from bought

    union all

    select
        group_number,
        'all' as channel,
        set_number,
        bit_or(categories) as categories
    from bought
    group by customer_number, group_number, set_number

),

counted_sets as (

    select
        group_number,
        channel,
        set_number,
    {% for bit in range(categories_per_set) %}
    sum(case when categories & {{ 2 ** bit }} > 0 then 1 else 0 end)
        as buyers_{{ bit }}{{ ',' if not loop.last }}
    {% endfor %}
    from bought_anywhere
    group by group_number, channel, set_number

),

buyers as (

    {% for bit in range(categories_per_set) %}
    select
        group_number,
        set_number * {{ categories_per_set }} + {{ bit }} as category_number,
        channel,
        buyers_{{ bit }} as buyers
    from counted_sets
    where buyers_{{ bit }} > 0
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

spends as (

    select
        group_number,
        category_number,
        channel,
        sum(amount) as spend
    from purchases
    group by group_number, category_number, channel

),

spends_anywhere as (

    select
        group_number,
        category_number,
        'all' as channel,
        sum(spend) as spend
    from spends
    group by group_number, category_number

    union all

    select *
    from spends

),

bought_by_group as (

    select
        buyers.group_number,
        coalesce(category_names.category, 'unknown') as category,
        buyers.channel,
        buyers.buyers,
        spends.spend
    from buyers
    inner join spends_anywhere as spends
        on
            buyers.group_number = spends.group_number
            and buyers.category_number = spends.category_number
            and buyers.channel = spends.channel
    left join category_names on buyers.category_number = category_names.category_number

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
