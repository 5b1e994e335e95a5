{% macro order_day_columns() -%}
    {{ return([
        'order_id', 'customer_id', 'store_id', 'channel', 'revenue', 'sale_amount',
        'return_amount', 'discount_amount', 'coupon_amount', 'known_cost', 'known_cost_revenue',
        'known_cost_sale_revenue', 'pieces', 'pieces_sold', 'lines', 'sale_lines', 'day',
        'first_sold_at', 'order_lookup', 'customer_lookup',
    ]) }}
{%- endmacro %}


{#
    Order lines summed by order, customer and day.

    lines    relation or CTE of order lines (`order_line_columns`), all of them or those of some orders
    only     a condition for the lines; none if empty
#}
{% macro summed_to_order_days(lines, only='') %}
with lines as (

    select
        order_id,
        customer_id,
        product_id,
        store_id,
        channel,
        transaction_type = 'sale' as is_sale,
        transaction_type in ('return', 'cancellation') as is_return,
        quantity,
        amount,
        discount_amount,
        coupon_amount,
        cost_amount,
        ordered_date,
        ordered_at
    from {{ lines }}
    {{ 'where ' ~ only if only }}

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
{% endmacro %}
