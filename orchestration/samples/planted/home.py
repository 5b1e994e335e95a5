"""The planted sample in a home: its landing folder, its truth and its settings."""

from collections.abc import Callable

from orchestration.home import Home
from orchestration.samples.planted.planting import write_planted
from orchestration.samples.planted.world import PlantedSpec
from orchestration.samples.settings_file import has_fitting_settings, write_settings

TIME_ZONE = "UTC"
CURRENCY = "EUR"
SETTINGS_TEXT = f"""\
# Written by `strata sample planted`: what fits the planted data.
time_zone: {TIME_ZONE}
currency: {CURRENCY}
# The data end on a day of their own: a night without a date takes that for yesterday.
run_until_data: true
"""


def land_planted(home: Home, spec: PlantedSpec, progress: Callable[[str], None]) -> str:
    """Land planted files and a matching `strata.yml`, and say in a few lines what was done.

    Raises
    ------
    InputError
        For a `strata.yml` made for other data, or another planted sample; nothing is landed.
    """
    has_settings = has_fitting_settings(home, time_zone=TIME_ZONE, currency=CURRENCY)
    report = write_planted(spec, home.landing, home.truth, progress=progress)
    lines = [
        f"Planted: a shop that never was, {spec.first_day} to {spec.last_day}, seed {spec.seed}; "
        f"Bayes error of its segments {report.bayes_error:.1%}.",
        report.to_text(),
        f"  {home.truth}: what is true of it",
    ]
    if not has_settings:
        write_settings(home, SETTINGS_TEXT)
        lines.append(f"  {home.settings_file}: written (time zone {TIME_ZONE}, {CURRENCY})")
    return "\n".join(lines)
