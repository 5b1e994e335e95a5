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
    """The shortest silence, in days, that may make a customer at risk, dormant, churned."""

    min_days: tuple[int, int, int] = Field((14, 28, 56), description="At risk, dormant, churned")

    @field_validator("min_days")
    @classmethod
    def _days_rise(cls, days: tuple[int, int, int]) -> tuple[int, int, int]:
        if list(days) != sorted(days) or days[0] < 0:
            raise ValueError("must be three whole numbers that do not fall, none below 0")
        return days


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
