{{ landing_rows_that_stand('credit_events') }}
