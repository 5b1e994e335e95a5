{%- set tables = [
    'customers', 'transactions', 'products', 'engagement_events', 'campaigns',
    'campaign_assignments', 'survey_responses', 'stores', 'control_totals', 'contracts', 'holdings',
    'credit_events', 'identities', 'referrals', 'erasure_requests',
] -%}

with files as (

    select
        file_seq,
        source_table,
        file_name,
        status,
        rows_in
    from {{ source('raw', 'files') }}
    where status <> 'unloaded'

),

lost as (

    select
        file_seq,
        source_table,
        row_status
    from {{ ref('landing_rows_lost') }}

),

rejected_rows as (

    select
        file_seq,
        source_table
    from {{ source('raw', 'rejected_rows') }}

),

outcomes as (

    {% for table in tables %}
    select
        file_seq,
        '{{ table }}' as source_table,
        'accepted' as outcome,
        count(*) as number_of_rows
    from {{ ref('customer_profiles' if table == 'customers' else table) }}
    where file_seq is not null
    group by file_seq

    union all

    {% endfor %}
    select
        file_seq,
        source_table,
        row_status as outcome,
        count(*) as number_of_rows
    from lost
    group by file_seq, source_table, row_status

    union all

    select
        file_seq,
        source_table,
        'rejected' as outcome,
        count(*) as number_of_rows
    from rejected_rows
    group by file_seq, source_table

    union all

    {# A copy of a file is never read: all its rows are duplicates. #}
    select
        file_seq,
        source_table,
        'duplicate' as outcome,
        rows_in as number_of_rows
    from files
    where status = 'copy'

),

summed as (

    select
        file_seq,
        source_table,
        {% for outcome in ['accepted', 'duplicate', 'superseded', 'rejected'] -%}
        sum(case when outcome = '{{ outcome }}' then number_of_rows else 0 end) as {{ outcome }},
        {% endfor -%}
        sum(number_of_rows) as number_of_rows
    from outcomes
    group by file_seq, source_table

)

{# Rows whose file is not known (any more) are listed too, with no rows in. #}
select
    coalesce(files.source_table, summed.source_table) as source_table,
    files.file_name,
    coalesce(files.file_seq, summed.file_seq) as file_seq,
    coalesce(files.rows_in, 0) as rows_in,
    cast(coalesce(summed.accepted, 0) as bigint) as accepted,
    cast(coalesce(summed.duplicate, 0) as bigint) as duplicates,
    cast(coalesce(summed.superseded, 0) as bigint) as superseded,
    cast(coalesce(summed.rejected, 0) as bigint) as rejected
from files
full outer join summed
    on
        files.file_seq = summed.file_seq
        and files.source_table = summed.source_table
