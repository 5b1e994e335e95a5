{{ landed_table('transactions') }}

{{ standing_lines() }}
