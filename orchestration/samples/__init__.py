"""The sample data sets that `strata sample` lands."""
