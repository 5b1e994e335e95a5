{{ landing_rows_that_stand('stores') }}
