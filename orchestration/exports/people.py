"""Whom an export may name: by the consent that the settings ask for, and never by an address."""

from dataclasses import dataclass

import duckdb

from orchestration.export_settings import Consent

_ANY_CHANNEL = " or ".join(
    f"coalesce({channel}_consent, false)" for channel in ("marketing", "email", "sms", "ads")
)
CONSENTED: dict[Consent, str] = {
    "marketing": "coalesce(marketing_consent, false)",
    "any_channel": f"coalesce(marketing_consent, true) and ({_ANY_CHANNEL})",
    "not_refused": "coalesce(marketing_consent, true)",
    "profiling": "true",
}
"""The condition on `customer_360` by the setting `exports.consent`; unknown is no yes.

Who refused profiling has no row there at all.
"""

_IS_ADDRESS = r"regexp_matches(customer_id, '^[^@\s]+@[^@\s]+\.[^@\s]+$')"


@dataclass(frozen=True)
class People:
    """How many customers the published night holds, and how many of them are left out and why."""

    customers: int
    without_consent: int
    with_address_as_id: int
    any_consent_known: bool


def is_exported(consent: Consent) -> str:
    """Return the condition on `customer_360` for a row to go out.

    An id that is an e-mail address would take the address with it, so its customer stays here.
    """
    return f"({CONSENTED[consent]}) and not {_IS_ADDRESS}"


def count_people(connection: duckdb.DuckDBPyConnection, consent: Consent) -> People:
    """Count who is in the published night and who is left out of its exports."""
    row = connection.execute(
        f"""
        select
            count(*),
            count(*) filter (where not ({CONSENTED[consent]})),
            count(*) filter (where ({CONSENTED[consent]}) and {_IS_ADDRESS}),
            count(coalesce(marketing_consent, email_consent, sms_consent, ads_consent)) > 0
        from marts.customer_360
        """
    ).fetchone()
    assert row is not None
    return People(*row)
