-- Rows of {table} that do not stand, by key. Only rows whose key occurs twice are compared;
-- which ones those are is found by a hash of the key, and decided by the key itself.
insert into raw.lost
with versions as (
    select
        {keys}, file_seq, row_number,
        cast(row({columns}) as varchar) as content,
        row_number() over (
            partition by {keys} order by {version} file_seq, row_number
        ) as place
    from raw.{table}
    where hash({keys}) in ({repeated}) and {has_key}
),
compared as (
    select
        {keys}, file_seq, row_number, place,
        coalesce(content = max_by(content, place) over (
            partition by {keys} order by file_seq, row_number
            rows between unbounded preceding and 1 preceding
        ), false) as is_duplicate
    from versions
),
ranked as (
    select *, max(place) filter (not is_duplicate) over (partition by {keys}) as standing
    from compared
)
select
    '{table}', file_seq, row_number,
    case when is_duplicate then 'duplicate' else 'superseded' end
from ranked
where is_duplicate or place < standing;
