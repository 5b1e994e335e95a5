{{ landing_rows_that_stand('control_totals') }}
