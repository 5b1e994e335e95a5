"""The `strata.yml` that fits a sample: written if there is none, respected if there is one."""

from orchestration.errors import InputError
from orchestration.home import Home
from orchestration.settings import load_settings


def has_fitting_settings(home: Home, *, time_zone: str, currency: str) -> bool:
    """Say whether there are settings.

    Raises
    ------
    InputError
        If the sample would be misread under them.
    """
    if not home.settings_file.exists():
        return False
    settings = load_settings(home.settings_file)
    if settings.time_zone != time_zone:
        raise InputError(
            f"{home.settings_file} has `time_zone: {settings.time_zone}`, but the sample's days "
            f"are days of {time_zone}. Set STRATA_HOME to an empty folder for the sample, or "
            f"set `time_zone: {time_zone}` there if nothing else was landed. Nothing was landed."
        )
    if settings.currency not in (None, currency):
        raise InputError(
            f"{home.settings_file} has `currency: {settings.currency}`, but the sample is in "
            f"{currency}. Set STRATA_HOME to an empty folder for the sample. Nothing was landed."
        )
    return True


def write_settings(home: Home, text: str) -> None:
    """Write the settings file of a home that has none."""
    home.settings_file.parent.mkdir(parents=True, exist_ok=True)
    home.settings_file.write_text(text, encoding="utf-8")
