{{ landing_rows_that_stand('engagement_events') }}
