{{ landing_rows_that_stand('survey_responses') }}
