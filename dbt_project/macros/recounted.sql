{# Products with what tells their groups and their groups' numbers of tonight. #}
{% macro products_in_groups() -%}
select
    products.product_id,
    {{ row_digest([
        'product_groups.product_group', 'product_groups.department', 'product_groups.category',
        'product_groups.brand', 'product_groups.department_number',
        'product_groups.category_number', 'product_groups.brand_number',
    ]) }} as group_digest
from {{ ref('products') }} as products
inner join {{ ref('product_groups') }} as product_groups
    on {{ is_in_group('products', 'product_groups') | indent(4) }}
{%- endmacro %}


{% macro is_in_group(products, groups) -%}
coalesce({{ products }}.department, {{ products }}.category)
is not distinct from {{ groups }}.department
and {{ products }}.category is not distinct from {{ groups }}.category
and {{ products }}.brand is not distinct from {{ groups }}.brand
{%- endmacro %}


{#
    How a table of what customers did is kept from night to night: some are told anew, those that
    `anew` lists. A rebuild numbers customers in its own way, so rows that have nothing but the number
    are not compared with it.
#}
{% macro told_by_customer(by, anew='recounted_customers') -%}
    {{ config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        meta={'reconcile': by != 'customer_number'},
        pre_hook="{" ~ "{ forget_customers('" ~ anew ~ "', '" ~ by ~ "') }" ~ "}"
    ) }}
{%- endmacro %}


{% macro forget_customers(anew, by) %}
    {% if is_incremental() %}
        delete from {{ this }}
        where
            {{ by }} in (
                select anew.{{ by }}
                from {{ ref(anew) }} as anew
            )
            {# A night that broke off may have left rows of numbers that are nobody's. #}
            or exists (
                select 1
                from {{ ref(anew) }} as anew
                where anew.is_everybody
            )
    {% endif %}
{% endmacro %}


{# The settings that decide what such a table says; with other ones everybody is told anew. #}
{% macro settings_told_by() -%}
{{ row_digest([
    'time_zone', 'channel_online', 'channel_store',
    'preferences_day_parts_1', 'preferences_day_parts_2', 'preferences_day_parts_3',
    'preferences_day_parts_4',
    'journey_stage_considering_events', 'journey_stage_review_rating',
]) }}
{%- endmacro %}


{% macro forget_customers_of_other_nights() %}
    {% if is_incremental() %}
        delete from {{ this }}
        where customer_id not in (
            select customers.customer_id
            from {{ ref('night_customers') }} as customers
        )
    {% endif %}
{% endmacro %}


{# Tonight's numbers of whom a table tells anew: of all if it is built as a whole. #}
{% macro customers_to_tell(anew='recounted_customers') -%}
select
    customers.customer_id,
    customers.customer_number
from {{ ref('numbered_customers') }} as customers
{% if is_incremental() %}
where customers.customer_id in (
    select anew.customer_id
    from {{ ref(anew) }} as anew
)
{% endif %}
{%- endmacro %}


{#
    Order days of whom a table tells anew. They are searched before anything is joined to them: of days
    that a night was joined to DuckDB expects so few that it builds its hash table of these, which takes
    gigabytes when everybody is told anew.
#}
{% macro order_days_to_tell() -%}
{%- set days = ref('order_days') -%}
{%- if is_incremental() -%}
(
    select days.*
    from {{ days }} as days
    where
        days.customer_lookup in (
            select recounted.customer_lookup
            from {{ ref('recounted_customers') }} as recounted
            where {{ is_key('recounted.customer_lookup') }}
        )
)
{%- else -%}
{{ days }}
{%- endif -%}
{%- endmacro %}
