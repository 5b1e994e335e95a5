"""Settings of the schemes about what customers do beside buying."""

from pydantic import Field, field_validator, model_validator

from orchestration.scheme_settings.section import Section


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
