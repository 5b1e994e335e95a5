"""The settings of alerts: where they go, which kinds are sent, what counts as a jump."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from orchestration.scheme_settings.section import Section


class EmailSettings(Section):
    """A mail server, and whom it is to tell; the password stands in the environment alone."""

    host: str = Field(min_length=1, description="The mail server")
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "ssl", "none"] = Field(
        "starttls", description="`ssl` is mostly port 465; `none` is for a relay on the machine"
    )
    ca_file: Path | None = Field(
        None, description="Certificates to trust instead of the system's (a company's own CA)"
    )
    sender: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", description="The address it comes from")
    to: tuple[str, ...] = Field(min_length=1, description="The addresses it goes to")
    user: str | None = Field(None, description="Logs in if given")
    password_variable: str = Field(
        "STRATA_SMTP_PASSWORD", description="The environment variable that holds the password"
    )

    @field_validator("to")
    @classmethod
    def _are_addresses(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        if any(address.count("@") != 1 or set(address) & set(" \r\n") for address in addresses):
            raise ValueError("must be a list of e-mail addresses")
        return addresses

    @model_validator(mode="after")
    def _is_no_password_in_the_clear(self) -> "EmailSettings":
        if self.user is not None and self.security == "none":
            raise ValueError("`user` needs `security: starttls` or `ssl`: it would send a password")
        return self


class AlertSettings(Section):
    """Where people are told of nights, and of what."""

    webhook_url: str | None = Field(
        None, description="A URL that takes a JSON POST with `text` (Slack-compatible)"
    )
    email: EmailSettings | None = None
    failed: bool = Field(default=True, description="A night failed")
    comparison: bool = Field(default=True, description="The weekly comparison failed")
    stale: bool = Field(default=True, description="The tables are older than they should be")
    warnings: bool = Field(default=True, description="Checks of a good night that warn")
    segments: bool = Field(default=True, description="Segments that emptied or jumped")
    recovered: bool = Field(default=True, description="All is well again after a bad night")

    @field_validator("webhook_url")
    @classmethod
    def _is_http(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return url


class SegmentSizeSettings(Section):
    """What change of a segment's size against the night before is worth a warning."""

    jump_share: float = Field(
        0.5, gt=0, description="Told if its customers change by more than this share of before"
    )
    min_customers: int = Field(
        30, ge=1, description="And by at least so many customers; an emptied one held so many"
    )
