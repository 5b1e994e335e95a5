{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_touched_orders('touched_orders') }}"
) }}

{%- set lines = ref('transactions') %}
{%- set touched = ref('touched_orders') %}
{%- set keys -%}
select touched.order_lookup
from {{ touched }} as touched
{%- endset %}
{%- set touched_lines = new_lines_and_few(lines.render(), ['order_lookup'], keys) %}

with

{% if is_incremental() -%}
touched_lines as (

    {{ touched_lines | indent(4) }}

),
{%- endif %}

lines as (

    select
        lines.order_id,
        lines.customer_id,
        lines.product_id,
        lines.store_id,
        lines.channel,
        lines.transaction_type = 'sale' as is_sale,
        lines.transaction_type in ('return', 'cancellation') as is_return,
        lines.quantity,
        lines.amount,
        lines.discount_amount,
        lines.coupon_amount,
        lines.cost_amount,
        lines.ordered_date,
        lines.ordered_at
    {% if is_incremental() %}
    from touched_lines as lines
    inner join {{ touched }} as touched
        on
            lines.order_id = touched.order_id
            and lines.customer_id is not distinct from touched.customer_id
    {% else %}
    from {{ lines }} as lines
    {% endif %}

),

products as (

    select
        product_id,
        unit_cost
    from {{ ref('products') }}

),

costed as (

    {# At amount 0 the type decides: goods given away have their cost, goods back return it. #}
    select
        lines.order_id,
        lines.customer_id,
        lines.is_sale,
        lines.is_return,
        case when lines.is_sale then lines.store_id end as store_id,
        case when lines.is_sale then lines.channel end as channel,
        lines.quantity,
        lines.amount,
        lines.discount_amount,
        lines.coupon_amount,
        case when lines.amount < 0 or (lines.amount = 0 and lines.is_return) then -1 else 1 end
        * coalesce(
            abs(lines.cost_amount),
            cast(abs(lines.quantity) * products.unit_cost as decimal(18, 4))
        ) as line_cost,
        lines.ordered_date,
        case when lines.is_sale then lines.ordered_at end as sold_at
    from lines
    left join products
        on lines.product_id = products.product_id

),

summed as (

    select
        order_id,
        customer_id,
        {# Nearly every order has one; which of several makes no difference to its sums. #}
        min(store_id) as store_id,
        min(channel) as channel,
        sum(amount) as revenue,
        sum(case when is_sale then amount end) as sale_amount,
        sum(case when is_return then amount end) as return_amount,
        sum(case when is_sale then discount_amount end) as discount_amount,
        sum(coupon_amount) as coupon_amount,
        sum(line_cost) as known_cost,
        sum(case when line_cost is not null then amount end) as known_cost_revenue,
        sum(case when is_sale and line_cost is not null then amount end)
            as known_cost_sale_revenue,
        sum(case when is_sale then quantity end) as pieces,
        sum(case when is_sale then abs(quantity) end) as pieces_sold,
        count(*) as lines,
        count(case when is_sale then 1 end) as sale_lines,
        ordered_date as day,
        min(sold_at) as first_sold_at
    from costed
    group by order_id, customer_id, ordered_date

)

select
    order_id,
    customer_id,
    store_id,
    channel,
    {% for sum in [
        'revenue', 'sale_amount', 'return_amount', 'discount_amount', 'coupon_amount',
        'known_cost', 'known_cost_revenue', 'known_cost_sale_revenue', 'pieces', 'pieces_sold',
    ] -%}
    cast(coalesce({{ sum }}, 0) as decimal(18, 4)) as {{ sum }},
    {% endfor -%}
    lines,
    sale_lines,
    day,
    first_sold_at,
    {{ order_lookup() }} as order_lookup,
    {{ customer_lookup() }} as customer_lookup
from summed
