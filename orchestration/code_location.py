"""The Dagster code location: the definitions of the home that `STRATA_HOME` names."""

from orchestration import loading

loading.begin()
try:
    from orchestration.definitions import build_definitions
    from orchestration.home import current_home

    defs = build_definitions(current_home())
finally:
    loading.end()
