"""The settings of the schemes: a section each, whose values reach SQL as columns of `ops.night`."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class Section(BaseModel):
    """Settings that belong together; unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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


class RiskAppetiteSettings(Section):
    """How a risk questionnaire becomes a class, and for how long it holds."""

    valid_days: int = Field(
        365,
        ge=1,
        description="An assessment older than so many days is expired. Twelve months: art. 29 of "
        "China's suitability rules for financial institutions (金融机构产品适当性管理办法, 2025) "
        "and the rules of bank wealth products before them; periodic updates: MiFID II art. 25 "
        "(2), Delegated Regulation (EU) 2017/565 art. 54 (7), ESMA guidelines on suitability",
    )
    cuts: tuple[float, float, float, float] = Field(
        (0.3, 0.5, 0.7, 0.9),
        description="Shares of the attainable points from which on classes C2 to C5 begin; the "
        "nearest class for averages of answers from 1 to 5",
    )
    labels: Literal["securities", "bank"] = Field(
        "securities", description="Whose names the classes have (seed `risk_classes`)"
    )

    @field_validator("cuts")
    @classmethod
    def _cuts_rise(cls, cuts: tuple[float, ...]) -> tuple[float, ...]:
        if list(cuts) != sorted(set(cuts)) or cuts[0] <= 0 or cuts[-1] > 1:
            raise ValueError("must be four rising shares, above 0 and at most 1")
        return cuts


class CreditRiskSettings(Section):
    """How far back a late payment counts."""

    lookback_days: int = Field(
        365,
        ge=1,
        description="Days in which the worst days past due count, beside what is open now; twelve "
        "months, the window of probabilities of default (Basel framework, CRE36)",
    )


class AssetTierSettings(Section):
    """From which balances on a customer belongs to a tier, in the account currency."""

    high_net_worth: float = Field(
        1_000_000.0,
        gt=0,
        description="High net worth from here: 1 million USD (Capgemini, World Wealth Report); in "
        "China private banking begins at 6 million CNY of net financial assets "
        "(商业银行理财产品销售管理办法, 2011, art. 31)",
    )
    mass_affluent: float = Field(
        100_000.0,
        gt=0,
        description="Mass affluent from here, a tenth of the upper threshold as is usual in the "
        "trade; 600,000 CNY in China",
    )
    told_days: int = Field(
        92,
        ge=1,
        description="A balance counts until so many days after the last day it was told for: a "
        "quarter, the longest usual distance of two statements",
    )

    @model_validator(mode="after")
    def _tiers_rise(self) -> "AssetTierSettings":
        if self.mass_affluent >= self.high_net_worth:
            raise ValueError(
                f"`mass_affluent` ({self.mass_affluent}) must be below `high_net_worth` "
                f"({self.high_net_worth})"
            )
        return self


class ChurnRiskSettings(Section):
    """From which churn probability on a customer is at high and at medium risk."""

    high: float = Field(0.6, gt=0, lt=1, description="At least this is `high`")
    medium: float = Field(0.3, gt=0, lt=1, description="At least this is `medium`, below it `low`")

    @model_validator(mode="after")
    def _medium_is_below_high(self) -> "ChurnRiskSettings":
        if self.medium >= self.high:
            raise ValueError(f"`medium` ({self.medium}) must be below `high` ({self.high})")
        return self


class SchemeSettings(Section):
    """One section a scheme, named like it."""

    rfm: RfmSettings = RfmSettings()
    lifecycle: LifecycleSettings = LifecycleSettings()
    value_tier: ValueTierSettings = ValueTierSettings()
    risk_appetite: RiskAppetiteSettings = RiskAppetiteSettings()
    credit_risk: CreditRiskSettings = CreditRiskSettings()
    asset_tier: AssetTierSettings = AssetTierSettings()
    churn_risk: ChurnRiskSettings = ChurnRiskSettings()

    def night_columns(self) -> dict[str, Any]:
        """Return what SQL reads of these settings, by the column's name.

        A value `rfm.map` is `rfm_map`; a list `rfm.frequency_cuts` has a column a place,
        `rfm_frequency_cuts_1` and on.
        """
        columns: dict[str, Any] = {}
        for section in SchemeSettings.model_fields:
            for name, value in getattr(self, section):
                if isinstance(value, tuple):
                    places = enumerate(value, start=1)
                    columns |= {f"{section}_{name}_{place}": each for place, each in places}
                else:
                    columns[f"{section}_{name}"] = value
        return columns


def night_column_types() -> dict[str, str]:
    """Return the SQL types of those columns: what the defaults are made of decides."""
    kinds = {bool: "boolean", int: "integer", float: "double", str: "varchar"}
    return {name: kinds[type(value)] for name, value in SchemeSettings().night_columns().items()}
