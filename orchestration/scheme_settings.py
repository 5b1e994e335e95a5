"""The settings of the schemes: a section each, whose values reach SQL as columns of `ops.night`."""

from typing import Any, Literal, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)


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
        if list(cuts) != sorted(set(cuts)) or not 0 < cuts[0] or not cuts[-1] <= 1:
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


class EngagementSettings(Section):
    """What an event is worth, how fast that fades, and from which sum on a customer is engaged."""

    weights: dict[str, float] = Field(
        {
            "email_open": 0.5,
            "page_view": 1,
            "session": 1,
            "app_open": 1,
            "search": 2,
            "email_click": 2,
            "ad_click": 2,
            "cart_add": 3,
            "coupon_redemption": 3,
            "social_interaction": 3,
            "review": 5,
            "support_contact": 0,
            "complaint": -3,
            "unsubscribe": -10,
            "email_sent": 0,
            "any_other_sent": 0,
            "any_other": 1,
        },
        description="Points per event type; what is not named keeps its default. To look at "
        "something 1, to take part 2-3, to make something 5 (consuming, contributing, creating: "
        "Muntinga, Moorman & Smit 2011); an open half, since mail programmes open by themselves "
        "(Apple Mail Privacy Protection, 2021). Below 0 what is turned against the company (van "
        "Doorn et al. 2010), most of all to leave the list; 0 what the company does itself, any "
        "other name that ends in `_sent` (`any_other_sent`) included",
    )
    half_life_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="Days after which an event counts half (30: the inactivity after which Adobe "
        "Analytics ends a visitor's engagement; after 90 days an eighth is left)",
    )
    highly_engaged: float = Field(
        18, gt=0, description="Points; three page views a week add up to 18.6 in the long run"
    )
    engaged: float = Field(
        6, gt=0, description="Points; one page view a week adds up to 6.2 in the long run"
    )
    lately_days: int = Field(
        90,
        ge=1,
        description="Whose last counting event is older is dormant: three half-lives",
    )

    @field_validator("weights", mode="before")
    @classmethod
    def _others_keep_theirs(cls, weights: object) -> object:
        defaults = cls.model_fields["weights"].default
        return {**defaults, **weights} if isinstance(weights, dict) else weights

    @field_validator("weights")
    @classmethod
    def _weights_can_be_read(cls, weights: dict[str, float]) -> dict[str, float]:
        for name, weight in weights.items():
            if not name or set(name) & set(",="):
                raise ValueError(f"`{name}` is no event type: no comma or = in it")
            if not abs(weight) <= 1000:
                raise ValueError(f"`{name}` must weigh from -1000 to 1000, not {weight}")
        return weights

    @model_validator(mode="after")
    def _engaged_is_below_highly_engaged(self) -> "EngagementSettings":
        if self.engaged >= self.highly_engaged:
            raise ValueError(
                f"`engaged` ({self.engaged}) must be below `highly_engaged` ({self.highly_engaged})"
            )
        return self


class PriceSensitivitySettings(Section):
    """From which deal index on a customer is deal-prone, and how much has to be known for it."""

    deal_prone: float = Field(
        1.2,
        gt=1,
        description="At least this times the discount share expected is `deal_prone`: a fifth off "
        "average, the band in which market research calls an index (100 = average) usual",
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


class JourneyStageSettings(Section):
    """Which events are of somebody who considers, and for how long; who advocates, who lapsed."""

    considering_events: list[str] = Field(
        ["page_view", "session", "app_open", "search", "cart_add", "email_click", "ad_click"],
        description="Event types of search and consideration (Lemon & Verhoef 2016, prepurchase)",
    )
    considering_days: int = Field(
        30, ge=1, description="Days for which such an event says that somebody considers"
    )
    advocate_days: int = Field(
        365, ge=1, description="Days for which a review, a referral or an NPS answer counts"
    )
    promoter_score: float = Field(
        9, ge=0, le=10, description="NPS answer from 0 to 10 of a promoter (Reichheld 2003)"
    )
    detractor_score: float = Field(
        6, ge=0, le=10, description="NPS answer up to which nobody is an advocate (Reichheld 2003)"
    )
    review_rating: float = Field(
        4, description="`value` from which a review recommends; one without a value does too"
    )
    lapsed_days: int = Field(
        365,
        ge=1,
        description="Silence after which a customer lapsed where lifecycle has no limits",
    )

    @field_validator("considering_events")
    @classmethod
    def _names_can_be_read(cls, names: list[str]) -> list[str]:
        for name in names:
            if not name or set(name) & set(",="):
                raise ValueError(f"`{name}` is no event type: no comma or = in it")
        return names

    @model_validator(mode="after")
    def _detractors_are_below_promoters(self) -> "JourneyStageSettings":
        if self.detractor_score >= self.promoter_score:
            raise ValueError(
                f"`detractor_score` ({self.detractor_score}) must be below "
                f"`promoter_score` ({self.promoter_score})"
            )
        return self


class InfluenceSettings(Section):
    """From how many successful referrals on a customer is an ambassador."""

    ambassador_referrals: int = Field(
        2,
        ge=1,
        description="Referred people with a counted order; one may be chance, a second is a habit "
        "(past referrals tell the coming ones: Kumar, Petersen & Leone 2007)",
    )

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


class RfMatrixSettings(Section):
    """The grid of recency and frequency scores, beside `rfm` for those who know it."""

    enabled: bool = Field(default=False, description="Whether the scheme is computed")


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
    value_tier: ValueTierSettings = ValueTierSettings()
    risk_appetite: RiskAppetiteSettings = RiskAppetiteSettings()
    credit_risk: CreditRiskSettings = CreditRiskSettings()
    asset_tier: AssetTierSettings = AssetTierSettings()
    churn_risk: ChurnRiskSettings = ChurnRiskSettings()
    engagement: EngagementSettings = EngagementSettings()
    price_sensitivity: PriceSensitivitySettings = PriceSensitivitySettings()
    needs: NeedsSettings = NeedsSettings()
    journey_stage: JourneyStageSettings = JourneyStageSettings()
    influence: InfluenceSettings = InfluenceSettings()
    loyalty: LoyaltySettings = LoyaltySettings()
    channel: ChannelSettings = ChannelSettings()
    rf_matrix: RfMatrixSettings = RfMatrixSettings()
    preferences: PreferencesSettings = PreferencesSettings()
    demographic: DemographicSettings = DemographicSettings()
    geographic: GeographicSettings = GeographicSettings()
    attitude: AttitudeSettings = AttitudeSettings()
    psychographic: PsychographicSettings = PsychographicSettings()

    def night_columns(self) -> dict[str, Any]:
        """Return what SQL reads of these settings, by the column's name.

        A value `rfm.map` is `rfm_map`; a tuple `rfm.frequency_cuts` has a column a place,
        `rfm_frequency_cuts_1` and on. What has no fixed number of values is one text,
        `page_view=1,review=5`, `page_view,search` or `18,25,35` (`rows_of` takes it apart).
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
                elif isinstance(value, dict):
                    pairs = (f"{each}={amount:.9g}" for each, amount in value.items())
                    columns[f"{section}_{name}"] = ",".join(pairs)
                elif isinstance(value, list):
                    columns[f"{section}_{name}"] = ",".join(value)
                else:
                    columns[f"{section}_{name}"] = value
        return columns


def night_column_types() -> dict[str, str]:
    """Return the SQL types of those columns: what the defaults are made of decides."""
    kinds = {bool: "boolean", int: "integer", float: "double", str: "varchar"}
    return {name: kinds[type(value)] for name, value in SchemeSettings().night_columns().items()}
