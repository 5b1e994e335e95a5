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

with new_files as (

    select
        file_seq,
        source_table
    from {{ ref('new_files') }}

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

    union

    select
        standing.file_seq,
        standing.row_number
    from {{ as_left_by_last_night(
        'core', table, {'file_seq': 'bigint', 'row_number': 'bigint', number: 'bigint'}
    ) }} as standing
    where
        standing.{{ number }} in (
            select new_{{ table }}.{{ number }}
            from new_{{ table }}
            where {{ is_key('new_' ~ table ~ '.' ~ number) }}
        )

    union

    select
        lost.file_seq,
        lost.row_number
    from {{ as_left_by_last_night('staging', 'landing_rows_lost', {
        'source_table': 'varchar', 'file_seq': 'bigint', 'row_number': 'bigint',
        'lookup': 'bigint',
    }) }} as lost
    where
        lost.source_table = '{{ table }}'
        and lost.lookup in (select new_{{ table }}.{{ number }} from new_{{ table }})

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
            select landed.{{ columns | join(', landed.') }}
            from {{ source('raw', table) }} as landed
            where
                landed.file_seq in (
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
