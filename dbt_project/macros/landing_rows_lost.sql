{#
    Rows of a table with a key that do not stand. In load order, a row equal in all contract columns
    to the one that stands at that moment is a duplicate; of two that differ the earlier one is
    superseded, or where the table has a `version`, the one with the earlier version (null is the
    earliest), then the earlier one.

    Few keys occur twice, and only their rows are compared: a window over every row would cost more
    than all other steps of staging together.
#}
{% macro keyed_rows_lost(table, key, columns, version=none, number='cast(null as bigint)') %}
{%- set keys = key | join(', ') -%}
{%- set same_key = 'partition by ' ~ keys -%}
select
    '{{ table }}' as source_table,
    file_seq,
    row_number,
    case when is_duplicate then 'duplicate' else 'superseded' end as row_status,
    lookup
from (

    select
        *,
        max(case when not is_duplicate then version_rank end) over ({{ same_key }})
            as standing_rank
    from (

        select
            *,
            {# Of the rows before this one, that of the greatest version rank has what stands. #}
            coalesce(
                row_content = max_by(row_content, version_rank) over (
                    {{ same_key }}
                    order by file_seq, row_number
                    rows between unbounded preceding and 1 preceding
                ),
                false
            ) as is_duplicate
        from (

            select
                {{ keys }},
                file_seq,
                row_number,
                {{ number }} as lookup,
                {{ row_digest(columns) }} as row_content,
                row_number() over (
                    {{ same_key }}
                    order by {{ version ~ ' nulls first, ' if version }}file_seq, row_number
                ) as version_rank
            from {{ rows_to_judge(table) }}
            where
                ({{ keys }}) in (
                    select {{ keys }}
                    from {{ rows_to_judge(table) }}
                    {# With a null part the row has no key. #}
                    where {{ key | join(' is not null and ') }} is not null
                    group by {{ keys }}
                    having count(*) > 1
                )

        ) as versions

    ) as compared

) as ranked
where is_duplicate or version_rank < standing_rank
{%- endmacro %}

{#
    Rows without a key that do not stand. Rows equal in their identity columns, nulls equal, are
    several lines where one file holds them, and the same lines sent again where several files do: the
    file with most of them is kept, the latest on a tie, and those of the other files are duplicates.
#}
{% macro keyless_rows_lost(table, identity, key=[], number='cast(null as bigint)') %}
{%- set identities = identity | join(', ') -%}
select
    '{{ table }}' as source_table,
    file_seq,
    row_number,
    'duplicate' as row_status,
    lookup
from (

    select
        file_seq,
        row_number,
        {{ number }} as lookup,
        first_value(file_seq) over (
            partition by {{ identities }}
            order by rows_of_file desc, file_seq desc, row_number
        ) as kept_file_seq
    from (

        select
            landed.*,
            count(*) over (
                partition by landed.{{ identity | join(', landed.') }}, landed.file_seq
            ) as rows_of_file
        from {{ rows_to_judge(table, 'landed') }}
        inner join (

            select {{ identities }}
            from {{ rows_to_judge(table) }}
            {{ rows_without_key(key) }}
            group by {{ identities }}
            having min(file_seq) <> max(file_seq)

        ) as repeated
            on
                {% for column in identity -%}
                {{ 'and ' if not loop.first }}landed.{{ column }} is not distinct from repeated.{{ column }}
                {% endfor -%}
        {{ rows_without_key(key, 'landed.') }}

    ) as counted

) as ranked
where file_seq <> kept_file_seq
{%- endmacro %}

{% macro rows_without_key(key, prefix='') -%}
{%- if key -%}
where ({{ prefix }}{{ key | join(' is null or ' ~ prefix) }} is null)
{%- endif -%}
{%- endmacro %}


{#
    All rows of a landing table, or, once core stands, those of it that share a key with a new row:
    whether a row stands depends on those alone.
#}
{% macro rows_to_judge(table, name='judged') -%}
{%- set touched = touched_landed(table) -%}
{{ touched if is_incremental() else source('raw', table) }} as {{ name }}
{%- endmacro %}


{# Before the insert, in the same transaction: forget what was judged of the rows judged anew. #}
{% macro forget_judged_rows() %}
    {% if is_incremental() %}
        delete from {{ this }}
        using {{ ref('touched_rows') }} as touched
        where
            {{ this }}.source_table = touched.source_table
            and {{ this }}.file_seq = touched.file_seq
            and {{ this }}.row_number = touched.row_number
    {% endif %}
{% endmacro %}
