"""What the planted customers are like: the constants that the truth is made of."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from orchestration.errors import InputError

Overlap = Literal["low", "medium", "high"]

EPOCH = date(2000, 1, 1)
# The ids of customers and orders, and the counters packed beside them, have these widths.
MAX_CUSTOMERS = 5_000_000
MAX_DAYS = 5_000
MIN_CUSTOMERS = 10
MIN_DAYS = 60

# A customer is a point in this space: the segment's centre plus noise of the overlap's size in
# every direction. Each coordinate is one measure of behaviour, on its own scale.
MEASURES = ("pace", "basket", "price", "deals", "breadth", "regularity", "engagement")

# The noise at which the best possible guess of the segment, from the customer's exact point and
# the shares below, is wrong for 2, 10 and 25 % (`overlap.bayes_error`).
NOISE: dict[Overlap, float] = {"low": 0.564, "medium": 0.787, "high": 1.124}
BAYES_ERROR: dict[Overlap, float] = {"low": 0.02, "medium": 0.10, "high": 0.25}


@dataclass(frozen=True)
class Segment:
    """A latent behaviour segment.

    Attributes
    ----------
    share : of customers, at their beginning.
    centre : in the order of `MEASURES`.
    yearly_churn : share of customers lost in 365 days, at a constant hazard.
    campaign_effect : factor on the order rate for 30 days after the randomised campaign.
    score : expected answer to "would you recommend us", 0-10.
    """

    name: str
    share: float
    centre: tuple[float, ...]
    yearly_churn: float
    campaign_effect: float
    score: float


SEGMENTS = (
    Segment("regular", 0.25, (1.2, -0.5, 0.0, -0.3, 0.3, 1.0, 0.6), 0.10, 1.1, 8.6),
    Segment("stocker", 0.15, (-0.6, 1.3, -0.2, 0.0, 1.0, 0.4, -0.4), 0.15, 1.0, 7.4),
    Segment("bargain_hunter", 0.20, (0.2, 0.2, -0.9, 1.5, 0.2, -0.5, 0.3), 0.30, 1.6, 6.8),
    Segment("premium", 0.15, (-0.2, -0.3, 1.5, -0.9, -0.8, 0.2, 0.5), 0.12, 1.25, 8.9),
    Segment("occasional", 0.25, (-1.2, -0.6, -0.2, 0.1, -0.7, -0.9, -0.9), 0.45, 1.35, 6.0),
)
NEEDS = ("convenience", "quality", "price", "inspiration")
PSYCHOGRAPHICS = ("traditional", "explorer", "status", "sustainable")
DEPARTMENTS = (
    "fresh",
    "pantry",
    "drinks",
    "household",
    "care",
    "home",
    "garden",
    "fashion",
    "leisure",
    "electronics",
)
PRODUCTS_PER_DEPARTMENT = 200
STORES = 50
# What a bank would sell beside: (product, name, risk level 1-5).
FINANCE_PRODUCTS = (
    ("F1", "Current account", 1),
    ("F2", "Savings account", 1),
    ("F3", "Bond fund", 2),
    ("F4", "Mixed fund", 3),
    ("F5", "Share fund", 4),
    ("F6", "Crypto basket", 5),
    ("F7", "Consumer loan", 2),
)
CREDIT_CLASSES = ("sound", "strained", "defaulting")

CAMPAIGN_DAYS = 30
MOVERS_SHARE = 0.10
TWIN_SHARE = 0.04
EXISTING_SHARE = 0.5
# Days over which the customers of before the first day were won.
DAYS_BEFORE = 700
NEVER = 99_999


@dataclass(frozen=True)
class PlantedSpec:
    """What is planted: the same specification gives the same bytes.

    Attributes
    ----------
    customers : registered up to `last_day`; half of them were there on the first day.
    days : of orders, ending on `last_day`.
    overlap : how far the behaviour segments run into each other.
    """

    customers: int = 2_000
    days: int = 730
    seed: int = 1
    last_day: date = date(2025, 12, 31)
    overlap: Overlap = "medium"

    def __post_init__(self) -> None:
        if not MIN_CUSTOMERS <= self.customers <= MAX_CUSTOMERS:
            raise InputError(
                f"{self.customers:,} customers cannot be planted: {MIN_CUSTOMERS} to "
                f"{MAX_CUSTOMERS:,} can."
            )
        if not MIN_DAYS <= self.days <= MAX_DAYS:
            raise InputError(
                f"{self.days:,} days cannot be planted: {MIN_DAYS} to {MAX_DAYS:,} can."
            )
        if self.overlap not in NOISE:
            raise InputError(f"There is no overlap `{self.overlap}`: {', '.join(NOISE)}.")
        if self.last_day - timedelta(days=self.days + DAYS_BEFORE) < EPOCH:
            raise InputError(
                f"{self.days:,} days to {self.last_day} begin too early: with the {DAYS_BEFORE} "
                f"days in which the first customers were won they reach back before {EPOCH}."
            )

    @property
    def first_day(self) -> date:
        return self.last_day - timedelta(days=self.days - 1)

    @property
    def campaign_day(self) -> date:
        """Day on which the randomised campaign starts: two thirds through."""
        return self.first_day + timedelta(days=2 * self.days // 3)

    @property
    def targeted_day(self) -> date:
        """Day on which the targeted campaign starts: one third through."""
        return self.first_day + timedelta(days=self.days // 3)

    @property
    def customers_a_day(self) -> int:
        """New customers on each day after `last_day`."""
        return max(1, round((1 - EXISTING_SHARE) * self.customers / self.days))

    @property
    def orders_capacity(self) -> int:
        """Order numbers kept for each day, a power of ten far above what is used."""
        capacity = 1_000
        while capacity < self.customers / 5:
            capacity *= 10
        return capacity


def day_number(day: date) -> int:
    """Return days since `EPOCH`: how the generator counts days."""
    return (day - EPOCH).days


def date_of(number: int) -> date:
    """Return the date of a day number."""
    return EPOCH + timedelta(days=number)
