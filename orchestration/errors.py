"""The errors a person can mend, each with the exit code that the command line gives for it."""


class StrataError(Exception):
    """A failure that is explained in words: what was tried, the figures, what to do."""

    exit_code = 1


class InputError(StrataError):
    """Bad input or wrong usage: settings, arguments, landing files."""

    exit_code = 2


class SettingsError(InputError):
    """A `strata.yml` that cannot be used; names the line and the allowed values."""


class PlaybookError(InputError):
    """A `playbook.csv` that cannot be used; names the line and the allowed values."""


class LandingError(InputError):
    """Landing files that cannot be read whole; names file, row or column, and what to do."""


class BusyError(StrataError):
    """Another run holds the warehouse; names the holder."""

    exit_code = 3
