"""The names of landed files: their last day, so that they sort as they arrive."""

from orchestration.samples.planted.people import day_of
from orchestration.samples.planted.world import PlantedSpec, day_number


def monthly_file(spec: PlantedSpec, day: str) -> str:
    """Return, as SQL, the name of the file with the rows that arrive on a day number."""
    of_month = f"least(last_day({day_of(day)}), date '{spec.last_day}')"
    return _named(spec, day, of_month)


def single_file(spec: PlantedSpec, day: str) -> str:
    """Return the same of a table with one file for all days up to the last."""
    return _named(spec, day, f"date '{spec.last_day}'")


def _named(spec: PlantedSpec, day: str, until_last_day: str) -> str:
    later = f"({day}) > {day_number(spec.last_day)}"
    return f"case when {later} then {day_of(day)} else {until_last_day} end::varchar"
