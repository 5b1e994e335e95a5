{{ landing_rows_that_stand('erasure_requests') }}
