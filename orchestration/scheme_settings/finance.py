"""Settings of the schemes about money held, borrowed and put at risk."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from orchestration.scheme_settings.section import Section


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
        if list(cuts) != sorted(set(cuts)) or not cuts[0] > 0 or not cuts[-1] <= 1:
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
