-- rows in = accepted + duplicates + superseded + rejected, per file; accepted counted in core.
create or replace table core.landing_balance as
with accepted as ({accepted}),
lost as (
    select
        file_seq,
        count(*) filter (row_status = 'duplicate') as duplicates,
        count(*) filter (row_status = 'superseded') as superseded
    from raw.lost
    group by file_seq
)
select
    files.source_table, files.file_name, files.rows_in,
    coalesce(accepted.accepted, 0) as accepted,
    coalesce(lost.duplicates, 0) as duplicates,
    coalesce(lost.superseded, 0) as superseded,
    files.rejected
from raw.files
left join accepted using (file_seq)
left join lost using (file_seq);
