"""The settings of the schemes: a section each, whose values reach SQL as columns of `ops.night`."""

from typing import Any, Literal, get_args

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


class DemographicSettings(Section):
    """By what people are told apart: nothing is inferred, what is not landed is unknown."""

    by: Literal["age_band", "gender", "income_band"] = Field(
        "age_band", description="The attribute whose values are the segments"
    )
    age_bands: tuple[int, ...] = Field(
        (18, 25, 35, 45, 55, 65),
        description="Lower bounds in whole years; a band ends below the next one, the last is open "
        "(defaults: 18-24 to 65+, the age brackets of Google Analytics)",
    )

    @field_validator("age_bands")
    @classmethod
    def _bounds_rise(cls, bounds: tuple[int, ...]) -> tuple[int, ...]:
        return rising_bounds(bounds, 120, "[18, 25, 35, 45, 55, 65]")


class GeographicSettings(Section):
    """By what places are told apart."""

    by: Literal["auto", "city_tier", "region", "distance"] = Field(
        "auto",
        description="`auto`: the city's tier where the seed `city_tiers` has it, else the region; "
        "`distance`: to the usual store",
    )
    distance_km: tuple[int, ...] = Field(
        (5, 10, 25, 40),
        description="Lower bounds in whole km; a band ends below the next one, the last is open "
        "(defaults: 3, 6, 15 and 25 miles, the trade areas of neighbourhood, community, regional "
        "and super-regional centres, ICSC U.S. Shopping-Center Classification)",
    )

    @field_validator("distance_km")
    @classmethod
    def _bounds_rise(cls, bounds: tuple[int, ...]) -> tuple[int, ...]:
        return rising_bounds(bounds, 20_000, "[5, 10, 25, 40]")


class AttitudeSettings(Section):
    """What customers say of the company, and for how long that counts."""

    max_age_days: int = Field(
        365, ge=1, description="Days that an answer or a complaint counts: a year, as of purchases"
    )
    csat_scale_max: int = Field(
        5, ge=2, description="Upper end of the scale of CSAT answers that do not name theirs"
    )
    csat_satisfied: float = Field(
        0.75,
        gt=0,
        le=1,
        description="At least this share of the way from 1 to the upper end is `satisfied`: 4 and "
        "5 of 5, the two best boxes that CSAT counts",
    )
    min_answers: int = Field(
        30, ge=2, description="Answers under which a segment has no NPS and no mean CSAT"
    )


class PsychographicSettings(Section):
    """When the answers to a psychographic survey say something about a customer."""

    max_age_days: int = Field(
        730,
        ge=1,
        description="Days that an answer counts; longer than an opinion, for traits hold for years "
        "(Roberts & DelVecchio 2000)",
    )
    min_answers: int = Field(
        3,
        ge=1,
        description="Answered items under which a customer is unknown; fewer than three are a weak "
        "measure (Costello & Osborne 2005)",
    )
    min_respondents: int = Field(
        30, ge=2, description="Customers with a factor under whom its mean says nothing"
    )


def rising_bounds(bounds: tuple[int, ...], highest: int, example: str) -> tuple[int, ...]:
    """Return the lower bounds of bands, or say why they are none.

    Raises
    ------
    ValueError
        If there is none, one is out of range, or they do not rise: bands would overlap.
    """
    is_within = all(1 <= bound <= highest for bound in bounds)
    if not bounds or not is_within or list(bounds) != sorted(set(bounds)):
        raise ValueError(
            f"must be rising whole numbers from 1 to {highest:,}, such as {example}; each is where "
            f"a band begins and the one before ends, so {list(bounds)} would overlap or be empty"
        )
    return bounds


class SchemeSettings(Section):
    """One section a scheme, named like it."""

    rfm: RfmSettings = RfmSettings()
    lifecycle: LifecycleSettings = LifecycleSettings()
    churn_risk: ChurnRiskSettings = ChurnRiskSettings()
    demographic: DemographicSettings = DemographicSettings()
    geographic: GeographicSettings = GeographicSettings()
    attitude: AttitudeSettings = AttitudeSettings()
    psychographic: PsychographicSettings = PsychographicSettings()

    def night_columns(self) -> dict[str, Any]:
        """Return what SQL reads of these settings, by the column's name.

        A value `rfm.map` is `rfm_map`; a list `rfm.frequency_cuts` has a column a place,
        `rfm_frequency_cuts_1` and on. One of any length, such as `demographic.age_bands`, is one
        text, `18,25,35`.
        """
        columns: dict[str, Any] = {}
        for section in SchemeSettings.model_fields:
            settings = getattr(self, section)
            for name, value in settings:
                annotation = type(settings).model_fields[name].annotation
                if isinstance(value, tuple) and Ellipsis in get_args(annotation):
                    columns[f"{section}_{name}"] = ",".join(map(str, value))
                elif isinstance(value, tuple):
                    places = enumerate(value, start=1)
                    columns |= {f"{section}_{name}_{place}": each for place, each in places}
                else:
                    columns[f"{section}_{name}"] = value
        return columns


def night_column_types() -> dict[str, str]:
    """Return the SQL types of those columns: what the defaults are made of decides."""
    kinds = {bool: "boolean", int: "integer", float: "double", str: "varchar"}
    return {name: kinds[type(value)] for name, value in SchemeSettings().night_columns().items()}
