"""The benchmark: nights of Strata beside hand-written scripts over the same files."""
