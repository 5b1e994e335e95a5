"""The settings of what leaves for CRM and e-mail tools."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from pydantic import Field, field_validator

from orchestration.own_rules import OwnScheme
from orchestration.scheme_registry import registered_schemes
from orchestration.scheme_settings import Section

MARKETING = "marketing"
"""The code among a scheme's forbidden uses that keeps it out of files for marketing."""

_SCHEME_OR_SEGMENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)?")

Consent = Literal["marketing", "any_channel", "not_refused", "profiling"]
Format = Literal["csv", "parquet"]


class WebhookSettings(Section):
    """Where tonight's entries and exits are told; ids of customers and nothing else."""

    url: str | None = Field(None, description="Takes a signed JSON POST; null tells nobody")
    segments: tuple[str, ...] = Field(
        ("rfm",), description="Schemes (`rfm`) or segments (`churn_risk.high`) that are told"
    )
    secret_env: str = Field(
        "STRATA_WEBHOOK_SECRET",
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        description="The environment variable that holds the secret; never written down",
    )
    batch_ids: int = Field(1000, ge=1, le=100_000, description="Ids in one POST, at most")
    timeout_seconds: float = Field(10.0, gt=0, le=60, description="For one answer")
    total_seconds: float = Field(
        600.0, gt=0, description="For all POSTs of a night; the rest waits for the next one"
    )
    attempts: int = Field(4, ge=1, le=10, description="For one POST, with pauses of 1, 2, 4 … s")

    @field_validator("url")
    @classmethod
    def _is_http(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return url

    @field_validator("segments")
    @classmethod
    def _are_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _named(names)


class ExportSettings(Section):
    """What stands in `exports/` after a night, and about whom."""

    consent: Consent = Field(
        "marketing",
        description="Whom files and webhook may name: `marketing` (marketing_consent is true), "
        "`any_channel` (or that of a channel, and marketing not refused), `not_refused`, "
        "`profiling` (everybody in the published tables: for tools that do not write to people)",
    )
    schemes: tuple[str, ...] | None = Field(
        None, description="Schemes in the profiles; null: all that may be used for marketing"
    )
    purposes: dict[str, str] = Field(
        {},
        description="Schemes whose `allowed_use` leaves marketing out, each with the purpose for "
        "which it goes out all the same; the manifest repeats it",
    )
    action_from: tuple[str, ...] = Field(
        ("rfm",), min_length=1, description="Schemes of the next action; the first that fits"
    )
    formats: tuple[Format, ...] = Field(
        ("csv", "parquet"), description="Of the profiles; Parquet is written in any case"
    )
    guard_formulas: bool = Field(
        default=True,
        description="In CSV, put ' before a text that a spreadsheet would run as a formula",
    )
    lists: tuple[str, ...] = Field(
        (), description="Schemes (`rfm`) or segments (`rfm.at_risk`) written as XLSX"
    )
    keep_nights: int = Field(7, ge=2, le=400, description="Nights whose exports are kept")
    webhook: WebhookSettings = WebhookSettings()

    @field_validator("purposes")
    @classmethod
    def _say_what_for(cls, purposes: dict[str, str]) -> dict[str, str]:
        empty = sorted(scheme for scheme, words in purposes.items() if not words.strip())
        if empty:
            raise ValueError(f"say in words what {', '.join(empty)} goes out for")
        return purposes

    @field_validator("lists")
    @classmethod
    def _are_names(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return _named(names)

    @property
    def named_schemes(self) -> dict[str, tuple[str, ...]]:
        """Every scheme that a setting names, by the setting."""
        return {
            "schemes": self.schemes or (),
            "purposes": tuple(self.purposes),
            "action_from": self.action_from,
            "lists": schemes_of(self.lists),
            "webhook.segments": schemes_of(self.webhook.segments),
        }


def schemes_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the schemes of a choice of schemes and segments, each once."""
    return tuple(dict.fromkeys(name.partition(".")[0] for name in names))


def refuse_what_may_not_go_out(
    exports: ExportSettings, own_rules: Collection[OwnScheme]
) -> ExportSettings:
    """Return the settings, or raise if they name a scheme that does not exist or may not go out.

    Raises
    ------
    ValueError
        Naming the setting, the scheme, and what is allowed.
    """
    forbidden = forbidden_uses(own_rules)
    for setting, schemes in exports.named_schemes.items():
        for scheme in schemes:
            if scheme not in forbidden:
                raise ValueError(
                    f"`{setting}` names `{scheme}`, which is no scheme; there are "
                    f"{', '.join(sorted(forbidden))}"
                )
            if setting != "purposes" and not may_go_out(scheme, forbidden[scheme], exports):
                raise ValueError(
                    f"`{setting}` names `{scheme}`, which may not be used for marketing (its "
                    "`allowed_use`); to send it out for another purpose, say which: "
                    f"purposes: {{{scheme}: what for}}"
                )
    return exports


def forbidden_uses(own_rules: Collection[OwnScheme]) -> Mapping[str, frozenset[str]]:
    """Return what each scheme, Strata's and the account's own, may not be used for."""
    own = {
        scheme.scheme: frozenset(next(scheme.rows())["forbidden_uses"].split(","))
        for scheme in own_rules
    }
    return {each.scheme: frozenset(each.forbidden_uses) for each in registered_schemes()} | own


def may_go_out(scheme: str, forbidden: frozenset[str], exports: ExportSettings) -> bool:
    """Return whether a scheme may stand in the files, by its allowed use or a stated purpose."""
    return MARKETING not in forbidden or scheme in exports.purposes


def _named(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names, or raise if one is neither a scheme's nor a segment's."""
    wrong = [name for name in names if not _SCHEME_OR_SEGMENT.fullmatch(name)]
    if wrong:
        raise ValueError(
            f"`{wrong[0]}` is neither a scheme such as rfm nor a segment such as rfm.at_risk"
        )
    return names
