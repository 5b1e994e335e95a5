with landed as (

    select *
    from {{ ref('touched_transactions') }}

),

lost as (

    select
        file_seq,
        row_number
    from {{ ref('landing_rows_lost') }}
    where source_table = 'transactions'

),

customer_keys as (

    select
        customer_id,
        source_customer_id
    from {{ ref('customer_keys') }}

)

select
    {{ order_lines_of('landed', 'customer_keys') }},
    lost.row_number is null as stands
from landed
left join customer_keys
    on landed.customer_id = customer_keys.source_customer_id
left join lost
    on
        landed.file_seq = lost.file_seq
        and landed.row_number = lost.row_number
