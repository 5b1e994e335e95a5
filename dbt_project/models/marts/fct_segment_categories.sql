{# Bits of a positive bigint. #}
{% set categories_per_set = 62 %}
{% set every_channel = -1 %}
{% set schemes = built_schemes_with_a_column() %}
{% set columns = range(1, columns_side_by_side() + 1) | list %}

{# The column that holds a customer's combination of segments of each three schemes, and that of
   segments of the account's own rules. #}
{% set combinations = [] %}
{% for column in columns %}
{% do combinations.append('combination_' ~ column) %}
{% endfor %}
{% do combinations.append('own_combination') %}

with

night as (

    select
        as_of_date,
        run_id,
        {{ window_start('as_of_date', 'rfm_window_days') }} as window_start
    from {{ source('ops', 'night') }}

),

customers as (

    select
        customers.customer_id,
        {% for column in columns -%}
        coalesce(side_by_side.segments_{{ column }}, 0) as segments_{{ column }},
        {% endfor -%}
        customers.own_segments
    from {{ ref('customer_360') }} as customers
    cross join night
    left join {{ ref('segments_side_by_side') }} as side_by_side
        on
            customers.customer_id = side_by_side.customer_id
            and night.as_of_date = side_by_side.as_of_date

),

{# Customers who are in the same segments of three schemes are counted together: a few hundred
   groups; of all schemes nearly everybody would be a group by themselves. Numbers of different
   columns are different ones. #}
{% for column in columns %}
groups_{{ column }} as (

    select
        segments_{{ column }},
        count(*) as customers,
        cast({{ 10000000 * column }} + row_number() over (
            order by segments_{{ column }}
        ) as integer) as combination
    from customers
    group by segments_{{ column }}

),

{% endfor %}
own_groups as (

    select
        own_segments,
        count(*) as customers,
        cast(row_number() over (order by own_segments) as integer) as combination
    from customers
    where own_segments is not null
    group by own_segments

),

{# By number: what is told apart below are millions of customers and categories. #}
numbered_customers as (

    select
        customers.customer_id,
        {% for column in columns -%}
        groups_{{ column }}.combination as combination_{{ column }},
        {% endfor -%}
        own_groups.combination as own_combination,
        cast(row_number() over () as integer) as customer_number
    from customers
    {% for column in columns -%}
    inner join groups_{{ column }}
        on customers.segments_{{ column }} = groups_{{ column }}.segments_{{ column }}
    {% endfor -%}
    left join own_groups on customers.own_segments = own_groups.own_segments

),

own_segments as (

    select distinct
        nights.scheme,
        nights.segment_id
    from {{ ref('segment_nights') }} as nights
    inner join night on nights.as_of_date = night.as_of_date
    where not {{ has_a_column('nights.scheme') | indent(4) }}

),

memberships as (

    {% for scheme in schemes %}
    {% set groups = 'groups_' ~ column_side_by_side(scheme) %}
    select
        {{ groups }}.combination,
        numbers.scheme,
        numbers.segment_id,
        {{ groups }}.customers
    from {{ groups }}
    inner join {{ ref('segment_numbers') }} as numbers
        on
            numbers.scheme = '{{ scheme }}'
            and {{ segment_number_in(groups, scheme) }} = numbers.number
    union all
    {% endfor %}
    select
        own_groups.combination,
        own_segments.scheme,
        own_segments.segment_id,
        own_groups.customers
    from own_groups
    inner join own_segments
        on position(
            ',' || own_segments.segment_id || ',' in ',' || own_groups.own_segments || ','
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

{# 'all' is the name of every channel together, so whatever is called that is unknown. #}
channels as (

    select
        lines.channel,
        cast(row_number() over (order by lines.channel) as integer) as channel_number
    from {{ ref('transactions') }} as lines
    where
        lines.channel not in ('all', 'unknown')
        and lines.ordered_date >= (select night.window_start from night)
        and lines.ordered_date <= (select night.as_of_date from night)
    group by lines.channel

),

channel_names as (

    select
        channel_number,
        channel
    from channels
    union all
    select
        0 as channel_number,
        'unknown' as channel
    union all
    select
        {{ every_channel }} as channel_number,
        'all' as channel

),

purchases as (

    select
        customers.customer_number,
        {% for combination in combinations -%}
        customers.{{ combination }},
        {% endfor -%}
        coalesce(categories.category_number, 0) as category_number,
        coalesce(channels.channel_number, 0) as channel_number,
        lines.amount
    from {{ ref('transactions') }} as lines
    cross join night
    inner join numbered_customers as customers on lines.customer_id = customers.customer_id
    left join categories on lines.product_id = categories.product_id
    left join channels on lines.channel = channels.channel
    where
        lines.transaction_type = 'sale'
        and lines.ordered_date between night.window_start and night.as_of_date

),

{# What a customer bought is a set of categories, a bit each: what is told apart are customers and
   channels then, a fifth of the rows that there are with categories. #}
bought as (

    select
        customer_number,
        channel_number,
        cast(floor(category_number / {{ categories_per_set }}.0) as integer) as set_number,
        bit_or({{ bit_of('(category_number % ' ~ categories_per_set ~ ')') }}) as categories
    from purchases
    group by
        customer_number, channel_number,
        cast(floor(category_number / {{ categories_per_set }}.0) as integer)

),

{# Every channel by itself, and all: a buyer in two channels is one buyer. #}
bought_anywhere as (

    select
        customer_number,
        channel_number,
        set_number,
        categories
    from bought

    union all

    select
        customer_number,
        {{ every_channel }} as channel_number,
        set_number,
        bit_or(categories) as categories
    from bought
    group by customer_number, set_number

),

sets as (

    select
        {% for combination in combinations -%}
        customers.{{ combination }},
        {% endfor -%}
        bought_anywhere.channel_number,
        bought_anywhere.set_number,
        bought_anywhere.categories
    from bought_anywhere
    inner join numbered_customers as customers
        on bought_anywhere.customer_number = customers.customer_number

),

{# A pass for three schemes, over numbers: with grouping sets the rows would be told apart by all
   schemes. #}
counted_sets as (

    {% for combination in combinations %}
    select
        {{ combination }} as combination,
        channel_number,
        set_number,
    {% for bit in range(31) %}
    {{ packed_counts('categories', bit) }} as buyers_{{ bit }}{{ ',' if not loop.last }}
    {% endfor %}
    from sets
    where {{ combination }} is not null
    group by {{ combination }}, channel_number, set_number
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

buyers as (

    {% for bit in range(categories_per_set) %}
    select
        combination,
        set_number * {{ categories_per_set }} + {{ bit }} as category_number,
        channel_number,
        {{ unpacked_count('buyers_' ~ bit % 31, bit) }} as buyers
    from counted_sets
    where {{ unpacked_count('buyers_' ~ bit % 31, bit) }} > 0
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

spends as (

    {% for combination in combinations %}
    select
        {{ combination }} as combination,
        category_number,
        channel_number,
        sum(amount) as spend
    from purchases
    where {{ combination }} is not null
    group by {{ combination }}, category_number, channel_number
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

spends_anywhere as (

    select
        combination,
        category_number,
        {{ every_channel }} as channel_number,
        sum(spend) as spend
    from spends
    group by combination, category_number

    union all

    select *
    from spends

),

bought_together as (

    select
        buyers.combination,
        coalesce(category_names.category, 'unknown') as category,
        channel_names.channel,
        buyers.buyers,
        spends.spend
    from buyers
    inner join spends_anywhere as spends
        on
            buyers.combination = spends.combination
            and buyers.category_number = spends.category_number
            and buyers.channel_number = spends.channel_number
    inner join channel_names on buyers.channel_number = channel_names.channel_number
    left join category_names on buyers.category_number = category_names.category_number

),

figures as (

    select
        memberships.scheme,
        memberships.segment_id,
        bought_together.category,
        bought_together.channel,
        cast(sum(bought_together.buyers) as bigint) as buyers,
        sum(bought_together.spend) as spend
    from bought_together
    inner join memberships on bought_together.combination = memberships.combination
    group by
        memberships.scheme, memberships.segment_id, bought_together.category,
        bought_together.channel

),

sizes as (

    select
        memberships.scheme,
        memberships.segment_id,
        cast(sum(memberships.customers) as bigint) as customers,
        cast(sum(sum(memberships.customers)) over (partition by memberships.scheme) as bigint)
            as scheme_customers
    from memberships
    group by memberships.scheme, memberships.segment_id

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
