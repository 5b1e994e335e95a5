"""Customers, their identifiers, referrals and requests to be erased, as SQL."""

from orchestration.samples.planted.catalogue import CITIES
from orchestration.samples.planted.draws import below, pick, uniform
from orchestration.samples.planted.files import single_file
from orchestration.samples.planted.people import customer_id, day_of
from orchestration.samples.planted.table import fate
from orchestration.samples.planted.world import PlantedSpec, day_number

FIRST_NAMES = (
    "Ada",
    "Ben",
    "Cem",
    "Dora",
    "Emil",
    "Fay",
    "Gül",
    "Hugo",
    "Ina",
    "Jan",
    "Kim",
    "Lin",
)
LAST_NAMES = ("Adler", "Brandt", "Chen", "Demir", "Eck", "Fuchs", "Graf", "Hahn", "Ivanov", "Jung")
_TIERS = "['gold', 'silver', 'silver', 'basic', 'basic']"


def customers(spec: PlantedSpec, first: int, last: int) -> list[str]:
    """Return registrations, then updates; an update supersedes what was registered.

    In between, a few registrations are sent again, and a few are sent without their id.
    """
    registered = f"acquired_day between {first} and {last}"
    updated_day = f"acquired_day + 30 + {below('key', 'updated', 3000)}"
    updated = f"{updated_day} between {first} and {last}"
    displaced = fate(displaced_file=single_file(spec, "acquired_day"), displaced_as="superseded")
    sent_again = f"{uniform('key', 'sent again')} < 0.003"
    lost_id = f"{uniform('key', 'lost id')} < 0.001"
    order = "order by customer_no"
    lost = fate("rejected", reason="missing_customer_id")
    return [
        f"select {_profile('customer_id')}, {fate()} from people where {registered} {order}",
        f"select {_profile('customer_id')}, {fate('duplicates')} from people "
        f"where {registered} and {sent_again} {order}",
        f"select {_profile('null')}, {lost} from people where {registered} and {lost_id} {order}",
        f"select {_profile('customer_id', updated_day)}, {displaced} from people "
        f"where {updated} {order}",
    ]


def identities(_: PlantedSpec, first: int, last: int) -> list[str]:
    """Return identifiers as they are first seen; a person who registered twice shares some."""
    kinds = {
        "email": ("true", _email()),
        "phone": (f"{uniform('profile_key', 'has phone')} < 0.6", _phone()),
        "loyalty_card": (
            f"{uniform('key', 'has card')} < 0.5",
            "'L' || lpad(customer_no::varchar, 8, '0')",
        ),
        "device": (
            f"{uniform('key', 'has device')} < 0.4",
            f"'device-' || {below('key', 'device', 16_000_000)}",
        ),
        "household": (
            f"{uniform('key', 'has household')} < 0.3",
            "'H' || lpad((customer_no // 2)::varchar, 7, '0')",
        ),
    }
    return [
        f"""
        select
            customer_id,
            '{kind}' as identifier_type,
            {value} as identifier_value,
            {_at("acquired_day", "key", "registered")} as seen_at,
            {fate()}
        from people
        where acquired_day between {first} and {last} and {condition}
        order by customer_no
        """
        for kind, (condition, value) in kinds.items()
    ]


def referrals(spec: PlantedSpec, first: int, last: int) -> list[str]:
    """Return who brought whom: a customer who was there before."""
    return [
        f"""
        select
            {customer_id(below("key", "referrer", "customer_no"))} as referrer_customer_id,
            customer_id as referred_customer_id,
            {_at("acquired_day", "key", "registered")} as referred_at,
            {fate()}
        from people
        where
            acquired_day between {max(first, day_number(spec.first_day))} and {last}
            and customer_no > 0 and {uniform("key", "referred")} < 0.06
        order by customer_no
        """
    ]


def erasure_requests(_: PlantedSpec, first: int, last: int) -> list[str]:
    """Return requests of some who have left, some weeks after."""
    requested = f"churn_day + 10 + {below('key', 'requested', 30)}"
    return [
        f"""
        select customer_id, {_at(requested, "key", "erasure")} as requested_at, {fate()}
        from people
        where {requested} between {first} and {last} and {uniform("key", "erasure")} < 0.05
        order by customer_no
        """
    ]


def _profile(number: str, updated_day: str | None = None) -> str:
    """Return the columns of `customers`; after an update the customer lives elsewhere."""
    stream = "registered" if updated_day is None else "updated"
    key, city = "profile_key", f"1 + {below('key', f'{stream} city', len(CITIES))}"
    chosen = {
        "region": [each[0] for each in CITIES],
        "city": [each[1] for each in CITIES],
        "latitude": [each[2] for each in CITIES],
        "longitude": [each[3] for each in CITIES],
    }
    created = _at("acquired_day", "key", "registered")
    consent = uniform("key", "profiling consent")
    columns = {
        "customer_id": f"cast({number} as varchar)",
        "updated_at": created if updated_day is None else _at(updated_day, "key", "update"),
        "created_at": created,
        "email": _email(),
        "phone": _phone(),
        "first_name": pick(key, "first name", FIRST_NAMES),
        "last_name": pick(key, "last name", LAST_NAMES),
        "birth_date": f"date '1940-01-01' + {below(key, 'birth', 365 * 66)}",
        "gender": pick(key, "gender", ("f", "m", "x", "f", "m")),
        "income_band": pick(key, "income", ("under 25k", "25k-50k", "50k-75k", "over 75k")),
        "education": pick(key, "education", ("school", "vocational", "degree")),
        "occupation": pick(key, "occupation", ("employed", "self-employed", "retired", "student")),
        "marital_status": pick(key, "marital", ("single", "married", "divorced")),
        "household_size": f"1 + {below(key, 'household', 5)}",
        "children_count": below(key, "household", 4),
        "home_ownership": pick(key, "home", ("owner", "tenant")),
        "country": "'DE'",
        **{name: f"({values!r})[{city}]" for name, values in chosen.items()},
        "postal_code": f"lpad(({below('key', f'{stream} postcode', 99_999)})::varchar, 5, '0')",
        "loyalty_tier": f"({_TIERS})[segment]",
        "loyalty_points": below("key", f"{stream} points", 5_000),
        "acquisition_channel": pick("key", "channel", ("search", "social", "store", "referral")),
        "acquisition_cost": f"cast({below('key', 'cost', 40)} as decimal(12, 2))",
        "marketing_consent": f"{uniform('key', f'{stream} marketing')} < 0.7",
        "profiling_consent": f"case when {consent} < 0.01 then false "
        f"when {consent} < 0.9 then true end",
        "email_consent": f"{uniform('key', f'{stream} email')} < 0.6",
        "sms_consent": f"{uniform('key', f'{stream} sms')} < 0.3",
        "ads_consent": f"{uniform('key', f'{stream} ads')} < 0.4",
    }
    return ", ".join(f"{sql} as {name}" for name, sql in columns.items())


def _email() -> str:
    return "'customer' || profile_no || '@example.org'"


def _phone() -> str:
    return f"'+49 30 ' || lpad(({below('profile_key', 'phone', 9_999_999)})::varchar, 7, '0')"


def _at(day: str, key: str, stream: str) -> str:
    return f"({day_of(day)}::timestamp + to_seconds({below(key, stream + ' second', 80_000)}))"
