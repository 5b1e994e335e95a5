"""Settings of the schemes about who customers are, where, and what they say."""

from typing import Literal

from pydantic import Field, field_validator

from orchestration.scheme_settings.section import Section


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
