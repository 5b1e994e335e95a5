"""Settings of the schemes about where, when and what customers buy."""

from pydantic import Field, field_validator, model_validator

from orchestration.scheme_settings.section import Section


class ChannelSettings(Section):
    """Which of the seller's channels are online, which stores, and who buys in both."""

    online: list[str] = Field(
        [
            "web",
            "website",
            "online",
            "online store",
            "webshop",
            "ecommerce",
            "e-commerce",
            "app",
            "mobile",
            "mobile app",
            "marketplace",
            "social",
        ],
        description="Names in `transactions.channel` that are online, whatever their case",
    )
    store: list[str] = Field(
        [
            "store",
            "in-store",
            "in store",
            "retail",
            "shop",
            "pos",
            "point of sale",
            "branch",
            "offline",
        ],
        description="Names that are stores, whatever their case; all others are `other`",
    )
    omnichannel_share: float = Field(
        0.0,
        ge=0,
        le=0.5,
        description="Whoever has orders in both is omnichannel if each has at least this share of "
        "them; 0 = any purchase in both (Kumar & Venkatesan 2005, J. Interactive Marketing 19(2))",
    )

    @field_validator("online", "store")
    @classmethod
    def _names_are_names(cls, names: list[str]) -> list[str]:
        lowered = [name.strip().lower() for name in names]
        if any(not name or "," in name for name in lowered):
            raise ValueError("must be a list of channel names, none empty, without commas")
        return lowered

    @model_validator(mode="after")
    def _nothing_is_both(self) -> "ChannelSettings":
        both = sorted(set(self.online) & set(self.store))
        if both:
            raise ValueError(f"`online` and `store` both name {', '.join(both)}")
        return self


class PreferencesSettings(Section):
    """What a customer prefers: parts of the day, and which category comes next."""

    day_parts: tuple[int, int, int, int] = Field(
        (5, 12, 17, 21),
        description="Hours at which morning, afternoon, evening and night begin, in the account's "
        'time zone (Britannica Dictionary, "parts of the day")',
    )
    min_support: float = Field(
        0.01,
        gt=0,
        le=1,
        description="A pair of categories tells of a next one if at least this share of customers "
        "bought both: minimum support (Agrawal, Imielinski & Swami 1993), so that a few customers "
        "with odd baskets make no rule",
    )

    @field_validator("day_parts")
    @classmethod
    def _hours_rise(cls, hours: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        if list(hours) != sorted(set(hours)) or hours[0] < 0 or hours[-1] > 23:
            raise ValueError("must be four rising hours from 0 to 23")
        return hours


class PriceSensitivitySettings(Section):
    """From which deal index on a customer is deal-prone, and how much has to be known for it."""

    deal_prone: float = Field(
        1.2,
        gt=1,
        description="At least this times the discount share expected is `deal_prone`: a fifth off "
        "average, argued from the error of the index at `min_lines`; no source sets it",
    )
    full_price: float = Field(0.8, gt=0, lt=1, description="At most this is `full_price`")
    min_lines: int = Field(
        20,
        ge=1,
        description="Sale lines of known category in 365 days below which nothing is said: with "
        "every second line on deal the index of 20 lines has a standard error of about 0.22",
    )


class NeedsSettings(Section):
    """How much has to be known of a customer's purchases or answers to tell a need."""

    min_lines: int = Field(
        10, ge=1, description="Sale lines of categories with a need in 365 days, at least"
    )
    min_coverage: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Share of spend whose category has a need, at least: most of what was bought",
    )
    survey_days: int = Field(
        730, ge=1, description="Days for which an answer to the survey `needs` counts"
    )
