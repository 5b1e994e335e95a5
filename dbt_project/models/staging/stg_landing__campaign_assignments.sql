{{ landing_rows_that_stand('campaign_assignments') }}
