-- Rows of {table} without a key that another file sent too: the file with most of them stays.
insert into raw.lost
with landed as (
    select
        file_seq, row_number, {identity},
        count(*) over (partition by {identity}, file_seq) as rows_of_file
    from raw.{table}
    where hash({identity}) in ({repeated}) and {has_no_key}
),
kept as (
    select
        file_seq, row_number,
        first_value(file_seq) over (
            partition by {identity} order by rows_of_file desc, file_seq desc, row_number
        ) as kept_file_seq
    from landed
)
select '{table}', file_seq, row_number, 'duplicate'
from kept
where file_seq <> kept_file_seq;
