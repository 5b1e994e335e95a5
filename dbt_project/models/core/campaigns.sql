{{ landed_table('campaigns') }}

select
    campaign_id,
    name,
    channel,
    objective,
    cost_amount,
    starts_on,
    ends_on,
    file_seq,
    row_number
from {{ landed_rows('campaigns') }}
