{#
    The rows of a landing table that core takes tonight: all that stand when it is built as a whole,
    else those that stand of the touched ones, that is, new ones and those that share a key with a new
    one. A core table of landed rows forgets the touched ones first (`forget_touched`).
#}
{% macro landed_rows(table) -%}
    {%- set stands = ref('stg_landing__' ~ table) -%}
    {%- set touched = touched_landed(table) -%}
    {%- set lost = ref('landing_rows_lost') -%}
    {%- if not is_incremental() -%}
    {{ stands }}
    {%- else -%}
    (
        select touched.*
        from {{ touched }} as touched
        left join {{ lost }} as lost
            on
                touched.file_seq = lost.file_seq
                and touched.row_number = lost.row_number
                and lost.source_table = '{{ table }}'
        where lost.row_number is null
    )
    {%- endif -%}
{%- endmacro %}


{#
    The touched rows of a landing table as they landed, whether they stand or not. Those of the two
    large tables are looked up once: every further search among all landed rows costs a pass over them.
#}
{% macro touched_landed(table) -%}
    {%- if table in ['transactions', 'engagement_events'] -%}
    {{ ref('touched_' ~ table) }}
    {%- else -%}
    ({{ look_up_touched(table) }})
    {%- endif -%}
{%- endmacro %}


{% macro look_up_touched(table) -%}
select landed.*
from {{ source('raw', table) }} as landed
inner join {{ ref('touched_rows') }} as touched
    on
        landed.file_seq = touched.file_seq
        and landed.row_number = touched.row_number
        and touched.source_table = '{{ table }}'
{%- endmacro %}


{#
    The same of a large table, for a table of its own: all rows of new files, which lie side by side, and
    those few of old files that share a key with one (`is_among_few`). It is looked up as a table even
    under --empty: a subquery has no row ids.
#}
{% macro look_up_touched_of_many(table) -%}
{%- set landed = source('raw', table) -%}
{%- set new_files -%}
select new_files.file_seq
from {{ ref('new_files') }} as new_files
where new_files.source_table = '{{ table }}'
{%- endset -%}
{%- set touched -%}
select
    touched.file_seq,
    touched.row_number
from {{ ref('touched_rows') }} as touched
where
    touched.source_table = '{{ table }}'
    and touched.file_seq not in ({{ new_files }})
{%- endset -%}
select *
from {{ landed.render() }}
where file_seq in ({{ new_files }})

union all

select *
from {{ landed.render() }}
where
    {{ is_among_few(landed, ['file_seq', 'row_number'], touched) | indent(4) }}
{%- endmacro %}


{# Before a model's insert, in the same transaction: take out the rows that it judges anew. #}
{% macro forget_touched(table) %}
    {% if is_incremental() and table == 'transactions' %}
        {# One number is found in a third of the time of two. #}
        delete from {{ this }}
        where
            line_key in (
                select {{ line_key('touched') }}
                from {{ ref('touched_rows') }} as touched
                where touched.source_table = '{{ table }}'
            )
    {% elif is_incremental() %}
        delete from {{ this }}
        using {{ ref('touched_rows') }} as touched
        where
            touched.source_table = '{{ table }}'
            and {{ this }}.file_seq = touched.file_seq
            and {{ this }}.row_number = touched.row_number
    {% endif %}
{% endmacro %}


{#
    `touched` names the orders: touched_orders, or touched_states. Found by number first, and only then
    compared: the ids of a table are stored as compressed text, and reading all of them takes longer
    than everything else.
#}
{% macro forget_touched_orders(touched) %}
    {% if is_incremental() %}
        delete from {{ this }}
        where rowid in (
            with found as materialized (

                select
                    rowid as found_row,
                    order_id,
                    customer_id,
                    order_lookup
                from {{ this }}
                where
                    order_lookup in (
                        select touched.order_lookup
                        from {{ ref(touched) }} as touched
                        where {{ is_key('touched.order_lookup') }}
                    )

            )

            select found.found_row
            from found
            inner join {{ ref(touched) }} as touched
                on
                    found.order_lookup = touched.order_lookup
                    and found.order_id = touched.order_id
                    and found.customer_id is not distinct from touched.customer_id
        )
    {% endif %}
{% endmacro %}


{# How every core table of landed rows is kept: what is touched is judged anew, all else stays. #}
{% macro landed_table(table) -%}
    {{ config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
        pre_hook="{" ~ "{ forget_touched('" ~ table ~ "') }" ~ "}"
    ) }}
    {#- Named here, so that dbt sees it: what is touched is forgotten first. #}
    {%- set forgotten = ref('touched_rows') %}
{%- endmacro %}


{% macro forget_touched_days() %}
    {% if is_incremental() %}
        delete from {{ this }}
        where rowid in (
            with found as materialized (

                select
                    rowid as found_row,
                    customer_id,
                    day,
                    customer_lookup
                from {{ this }}
                where
                    customer_lookup in (
                        select touched.customer_lookup
                        from {{ ref('touched_days') }} as touched
                        where {{ is_key('touched.customer_lookup') }}
                    )

            )

            select found.found_row
            from found
            inner join {{ ref('touched_days') }} as touched
                on
                    found.customer_lookup = touched.customer_lookup
                    and found.customer_id = touched.customer_id
                    and found.day = touched.day
        )
    {% endif %}
{% endmacro %}


{% macro forget_days_of_touched_customers() %}
    {% if is_incremental() %}
        delete from {{ this }}
        using (
            select distinct
                customer_id,
                customer_lookup
            from {{ ref('touched_days') }}
        ) as touched
        where
            {{ this }}.customer_lookup = touched.customer_lookup
            and {{ this }}.customer_id = touched.customer_id
    {% endif %}
{% endmacro %}


{% macro forget_touched_customers() %}
    {% if is_incremental() %}
        delete from {{ this }}
        where customer_id in (
            select touched.customer_id
            from {{ ref('touched_customers') }} as touched
        )
    {% endif %}
{% endmacro %}


{% macro forget_touched_takers() %}
    {% if is_incremental() %}
        delete from {{ this }}
        using {{ ref('touched_takers') }} as touched
        where {{ this }}.taker = touched.taker
    {% endif %}
{% endmacro %}
