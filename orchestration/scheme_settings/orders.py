"""Settings of the schemes about how customers order and what they are worth."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from orchestration.scheme_settings.section import Section


class RfmSettings(Section):
    """How recency, frequency and monetary value are measured and scored."""

    window_days: int | None = Field(
        365, ge=1, description="Days of orders that count, ending on the night's date; null = all"
    )
    map: Literal["default", "classic"] = Field(
        "default", description="Which of the 125 codes belongs to which segment"
    )
    frequency_cuts: tuple[int, int, int, int] = Field(
        (1, 2, 4, 9), description="Upper ends of scores 1-4 when quantiles of frequency tie"
    )

    @field_validator("frequency_cuts")
    @classmethod
    def _cuts_rise(cls, cuts: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        if list(cuts) != sorted(set(cuts)) or cuts[0] < 1:
            raise ValueError("must be four rising whole numbers, the first at least 1")
        return cuts


class LifecycleSettings(Section):
    """How long a silence or, with contracts, a notice has to be to change a customer's stage."""

    min_days: tuple[int, int, int] = Field(
        (14, 28, 56), description="Shortest silence, in days: at risk, dormant, churned"
    )
    ending_days: int = Field(
        90,
        ge=0,
        description="With contracts: days before the end of the last one from which on a customer "
        "is at risk; the horizon of `churn_probability`",
    )
    new_days: int = Field(
        90,
        ge=1,
        description="With contracts: days from the first one, or from a return, for which a "
        "customer is new or reactivated; a quarter, as balances come",
    )
    gap_days: int = Field(
        30,
        ge=0,
        description="With contracts: days without any up to which the next one is a renewal and "
        "no return; a month, as amounts are paid",
    )
    balance_fall: float = Field(
        0.5,
        gt=0,
        le=1,
        description="With contracts: share of the balance of 90 days ago whose withdrawal puts a "
        "customer at risk; the plain rule of churn by contract cuts there too",
    )

    @field_validator("min_days")
    @classmethod
    def _days_rise(cls, days: tuple[int, int, int]) -> tuple[int, int, int]:
        if list(days) != sorted(days) or days[0] < 0:
            raise ValueError("must be three whole numbers that do not fall, none below 0")
        return days


class ValueTierSettings(Section):
    """What a balance is worth where contracts tell the value."""

    balance_margin: float = Field(
        0.015,
        ge=0,
        le=1,
        description="Income of a year on a unit of balance; the net interest margin of China's "
        "commercial banks was 1.52 % at the end of 2024 (National Financial Regulatory "
        "Administration)",
    )


class ChurnRiskSettings(Section):
    """From which churn probability on a customer is at high and at medium risk."""

    high: float = Field(0.6, gt=0, lt=1, description="At least this is `high`")
    medium: float = Field(0.3, gt=0, lt=1, description="At least this is `medium`, below it `low`")

    @model_validator(mode="after")
    def _medium_is_below_high(self) -> "ChurnRiskSettings":
        if self.medium >= self.high:
            raise ValueError(f"`medium` ({self.medium}) must be below `high` ({self.high})")
        return self


class LoyaltySettings(Section):
    """In how many months, or quarters, of its window a customer bought; cuts of the segments.

    Months are cut as retail card programmes cut them ("super loyal 10 to 12 of 12 months, loyal 7
    to 9, high potential 2 to 6, all with a purchase in the last 3"); quarters at the same shares of
    eight, rounded to whole ones.
    """

    median_gap_days: int = Field(
        45,
        ge=1,
        description="Months count where the median gap between order days of all customers is "
        "under so many days, else quarters: above it most customers miss every other month",
    )
    month_cuts: tuple[int, int] = Field(
        (10, 7), description="Months of 12 with a purchase: at least so many super loyal, loyal"
    )
    recent_months: int = Field(
        3, ge=1, le=12, description="Lately is in the last so many months, the night's own among"
    )
    quarter_cuts: tuple[int, int] = Field(
        (7, 5), description="Quarters of 8 with a purchase: at least so many super loyal, loyal"
    )
    recent_quarters: int = Field(
        2, ge=1, le=8, description="Lately is in the last so many quarters, the night's own among"
    )

    @field_validator("month_cuts", "quarter_cuts")
    @classmethod
    def _cuts_fall(cls, cuts: tuple[int, int], info: ValidationInfo) -> tuple[int, int]:
        periods = 12 if info.field_name == "month_cuts" else 8
        if not periods >= cuts[0] > cuts[1] >= 3:
            raise ValueError(
                f"must be two falling whole numbers from {periods} to 3: super loyal, then loyal "
                "(2 is high potential)"
            )
        return cuts


class RfMatrixSettings(Section):
    """The grid of recency and frequency scores, beside `rfm` for those who know it."""

    enabled: bool = Field(default=False, description="Whether the scheme is computed")
