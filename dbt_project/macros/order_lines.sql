{# The columns of an order line in core, under the customer's own id. #}
{% macro order_line_columns() -%}
    {{ return([
        'line_key', 'order_id', 'line_id', 'customer_id', 'product_id', 'store_id',
        'original_order_id', 'transaction_type', 'channel', 'currency', 'quantity', 'amount',
        'discount_amount', 'coupon_amount', 'cost_amount', 'ordered_date', 'ordered_at',
        'order_lookup', 'customer_lookup', 'file_seq', 'row_number',
    ]) }}
{%- endmacro %}


{# These columns of landed order lines; `landed` is joined to the customers' own ids, `keys`. #}
{% macro order_lines_of(landed, keys) -%}
    {%- set told = {
        'line_key': line_key(landed),
        'customer_id': keys ~ '.customer_id',
        'order_lookup': order_lookup(landed ~ '.order_id'),
        'customer_lookup': customer_lookup(keys ~ '.customer_id'),
    } -%}
    {%- for column in order_line_columns() -%}
    {{ told[column] ~ ' as ' ~ column if column in told else landed ~ '.' ~ column }}
    {{- ',\n    ' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{# One number of a landed order line: its file and its row. #}
{% macro line_key(landed) -%}
    {{ landed }}.file_seq * 10000000000 + {{ landed }}.row_number
{%- endmacro %}
