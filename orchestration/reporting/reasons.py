"""Why a scheme is not available, told from what the night wrote, in the page's language."""

import re

from orchestration.reporting.wording import Wording

REASONS = {
    "columns": r"Nobody could be given a segment: it takes (?P<columns>.+) in the landing files\.",
    "switched_off": r"Switched off by the setting (?P<setting>\S+), which is false unless set\.",
    "own": r"No customer meets any rule of the scheme\.",
    "not_built": r"This version of Strata does not compute this scheme\.",
    "contracts": r"Accounts with contracts have their lifecycle by contract status.*",
    "contract_value": r"Accounts with contracts: expected orders and spend.*",
    "gaps": r"(?P<found>\d+) completed gaps between order days; at least (?P<needed>\d+) needed",
    "rhythm": r"the likelihood of the gaps has no maximum.*|shape r is outside.*",
    "customers": r"(?P<found>\d+) customers?; at least (?P<needed>\d+) needed to group them.*",
    "history": r"(?P<found>\d+) days of history; at least (?P<needed>\d+) needed",
    "no_past": r"no past night whose next 90 days are over.*",
    "no_proof": r"no night to hold out.*|not proven on the held-out night.*|only one outcome.*",
    "not_better": r".*does not lie wholly above 0.*|.*not shown to beat the base rate.*",
    "nobody_ordered": r"nobody ordered in the .*|nothing was spent in the .*",
    "alike": r"no feature varies enough.*|only \d+ customers differ.*|no (MBG/NBD|Gamma-Gamma).*",
    "unstable": r"no number of clusters .*|its (smallest|least stable) .*",
    "nobody": r"No customer could be given a segment on this night\.",
}
"""What is written (English, for the tables) by the text that says it on the page."""

_JOINED = ((" of ", "reason.of"), (" or ", "reason.or"), (" and ", "reason.and"))
"""Words between the columns of the first reason."""


def unavailable_because(written: str | None, words: Wording) -> str:
    """Say why a scheme is not available; an unknown reason as it was written, in English only."""
    if not written:
        return words.unknown
    for name, pattern in REASONS.items():
        if found := re.fullmatch(pattern, written, re.DOTALL):
            values = found.groupdict()
            if "columns" in values:
                values["columns"] = _columns(values["columns"], words)
            return words(f"unavailable.{name}", **values)
    return written if words.language == "en" else words("unavailable.other")


def _columns(told: str, words: Wording) -> str:
    for joint, key in _JOINED:
        told = told.replace(joint, words(key))
    return told
