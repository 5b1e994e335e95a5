{{ config(materialized='table', schema='work') }}

{#
    Two large tables are searched by a number (`lookup`) in core, where what stands is, and among the
    lost rows; the others in raw, by columns that every row has and that equal keys share. A superset
    would do no harm: every row that is listed is judged anew. What must not happen is that a row is
    listed and another one of the same key is not.
#}
{%- set matched = {
    'customers': ['customer_id'],
    'products': ['product_id'],
    'campaigns': ['campaign_id'],
    'campaign_assignments': ['campaign_id', 'customer_id'],
    'survey_responses': ['customer_id', 'responded_at'],
    'stores': ['store_id'],
    'control_totals': ['month'],
    'contracts': ['contract_id'],
    'holdings': ['customer_id', 'held_on'],
    'credit_events': ['customer_id', 'occurred_at'],
    'identities': ['customer_id', 'identifier_value'],
    'referrals': ['referrer_customer_id', 'referred_customer_id'],
    'erasure_requests': ['customer_id'],
} -%}
{%- set searched = {
    'transactions': ('order_lookup', order_lookup()),
    'engagement_events': ('event_lookup', event_lookup()),
} -%}
{%- set has_core = execute and adapter.get_relation(target.database, 'core', 'customer_days') -%}

with applied as (

    select file_seq
    from {{ source('ops', 'applied_files') }}

),

{# As long as nothing was applied, core is built as a whole and nothing needs to be searched for. #}
new_files as (

    select
        files.file_seq,
        files.source_table
    from {{ source('raw', 'files') }} as files
    left join applied on files.file_seq = applied.file_seq
    where
        files.status = 'loaded'
        and applied.file_seq is null
        and exists (select 1 from applied)

),

{% for table, (number, search) in searched.items() %}
new_{{ table }} as (

    select
        file_seq,
        row_number,
        {{ search }} as {{ number }}
    from {{ source('raw', table) }}
    where
        file_seq in (
            select new_files.file_seq
            from new_files
            where new_files.source_table = '{{ table }}'
        )

),

touched_{{ table }} as (

    select
        file_seq,
        row_number
    from new_{{ table }}

    {% if has_core %}
    union

    select
        file_seq,
        row_number
    from {{ as_left_by_last_night('core', table) }}
    where {{ number }} in (select new_{{ table }}.{{ number }} from new_{{ table }})

    union

    select
        landed.file_seq,
        landed.row_number
    from {{ source('raw', table) }} as landed
    inner join {{ as_left_by_last_night('staging', 'landing_rows_lost') }} as lost
        on
            landed.file_seq = lost.file_seq
            and landed.row_number = lost.row_number
            and lost.source_table = '{{ table }}'
    where {{ search }} in (select new_{{ table }}.{{ number }} from new_{{ table }})
    {% endif %}

),

{% endfor %}
touched as (

    {% for table in searched %}
    select
        '{{ table }}' as source_table,
        file_seq,
        row_number
    from touched_{{ table }}

    union all

    {% endfor %}
    {% for table, columns in matched.items() %}
    select
        '{{ table }}' as source_table,
        file_seq,
        row_number
    from {{ source('raw', table) }}
    where
        ({{ columns | join(', ') }}) in (
            select {{ columns | join(', ') }}
            from {{ source('raw', table) }}
            where
                file_seq in (
                    select new_files.file_seq
                    from new_files
                    where new_files.source_table = '{{ table }}'
                )
        )
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    source_table,
    file_seq,
    row_number
from touched
