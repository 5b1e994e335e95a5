"""Products, stores and campaigns, as SQL."""

from orchestration.samples.planted.draws import constant, uniform
from orchestration.samples.planted.people import customer_id, day_of
from orchestration.samples.planted.table import fate
from orchestration.samples.planted.world import (
    CAMPAIGN_DAYS,
    DEPARTMENTS,
    FINANCE_PRODUCTS,
    PRODUCTS_PER_DEPARTMENT,
    STORES,
    PlantedSpec,
    day_number,
)

RANDOMISED, TARGETED = "spring-trial", "app-fans"
CITIES = (
    ("North", "Hamburg", 53.55, 9.99),
    ("East", "Leipzig", 51.34, 12.37),
    ("South", "München", 48.14, 11.58),
    ("West", "Köln", 50.94, 6.96),
    ("Centre", "Kassel", 51.31, 9.49),
)


def catalogue_sql() -> str:
    """Return the products for sale; within a department the price rises with the number."""
    departments = len(DEPARTMENTS)
    return f"""
        with numbered as (
            select
                range::integer as product_no,
                range // {PRODUCTS_PER_DEPARTMENT} as department_no,
                range % {PRODUCTS_PER_DEPARTMENT} as place,
                hash(xor({constant("product")}, range::ubigint)) as key
            from range({departments * PRODUCTS_PER_DEPARTMENT})
        ),
        priced as (
            select
                *,
                9 + 10 * floor(
                    exp(2.5 + 0.25 * department_no + 2.2 * place / {PRODUCTS_PER_DEPARTMENT})
                )::integer as cents
            from numbered
        )
        select
            product_no,
            'P' || lpad(product_no::varchar, 4, '0') as product_id,
            ({list(DEPARTMENTS)!r})[1 + department_no] as department,
            department || ' ' || chr((65 + place // 20)::integer) as category,
            category || '-' || place % 4 as subcategory,
            'Brand ' || chr((65 + place // 13)::integer) as brand,
            cents,
            floor(cents * (0.5 + 0.25 * {uniform("key", "cost")}))::integer as unit_cost_cents
        from priced
        order by product_no
    """


def products(spec: PlantedSpec, first: int, last: int) -> list[str]:
    """Return all products: those for sale, and the bank's."""
    if not first <= day_number(spec.first_day) <= last:
        return []
    bank = ", ".join(
        f"('{product}', '{name}', 'accounts', null, 'finance', 'Strata Bank', null, {risk})"
        for product, name, risk in FINANCE_PRODUCTS
    )
    names = "product_id, name, category, subcategory, department, brand, unit_cost, risk_level"
    return [
        f"""
        select
            product_id,
            category || ' ' || product_no as name,
            category,
            subcategory,
            department,
            brand,
            cast(unit_cost_cents * 0.01 as decimal(12, 2)) as unit_cost,
            cast(null as integer) as risk_level,
            {fate()}
        from catalogue
        order by product_no
        """,
        f"select *, {fate()} from (values {bank}) as bank({names})",
    ]


def stores(spec: PlantedSpec, first: int, last: int) -> list[str]:
    """Return the stores, ten in each of five cities."""
    if not first <= day_number(spec.first_day) <= last:
        return []
    cities = ", ".join(
        f"({number}, {', '.join(map(repr, each))})" for number, each in enumerate(CITIES)
    )
    return [
        f"""
        select
            'S' || lpad(range::varchar, 2, '0') as store_id,
            cities.city || ' ' || 1 + (range - 1) // {len(CITIES)} as name,
            cities.region,
            cities.city,
            round(cities.latitude + 0.01 * (range % 7), 2) as latitude,
            round(cities.longitude + 0.01 * (range % 5), 2) as longitude,
            {fate()}
        from range(1, {STORES + 1})
        inner join (values {cities}) as cities(city_no, region, city, latitude, longitude)
            on range % {len(CITIES)} = cities.city_no
        order by range
        """
    ]


def campaigns(spec: PlantedSpec, first: int, last: int) -> list[str]:
    """Return the two campaigns: one whose arms were drawn, one sent to those who use the app."""
    if not first <= day_number(spec.first_day) <= last:
        return []
    rows = [
        (RANDOMISED, "Spring trial", "email", day_number(spec.campaign_day), "more orders", 12_000),
        (TARGETED, "For our app fans", "app", day_number(spec.targeted_day), "loyalty", 4_000),
    ]
    values = ", ".join(f"({', '.join(map(repr, row))})" for row in rows)
    return [
        f"""
        select
            campaign_id,
            name,
            channel,
            {day_of("starts")} as starts_on,
            {day_of(f"starts + {CAMPAIGN_DAYS - 1}")} as ends_on,
            objective,
            cost::decimal(12, 2) as cost_amount,
            {fate()}
        from (values {values}) as campaigns(campaign_id, name, channel, starts, objective, cost)
        """
    ]


def campaign_assignments(spec: PlantedSpec, first: int, last: int) -> list[str]:
    """Return who was assigned to which arm.

    The targeted campaign has no effect at all; but its treated use the shop more anyway, and who
    compares the arms finds one.
    """
    assigned = "cast(case when {} then 'treatment' else 'control' end as varchar) as arm"
    trial, targeted = day_number(spec.campaign_day), day_number(spec.targeted_day)
    queries = []
    if first <= trial <= last:
        queries.append(
            f"""
            select
                '{RANDOMISED}' as campaign_id,
                customer_id,
                {assigned.format("is_treated")},
                {day_of(str(trial))}::timestamp + interval 8 hour as assigned_at,
                true as is_randomised,
                {fate()}
            from people
            where is_treated is not null
            order by customer_no
            """
        )
    if first <= targeted <= last:
        queries.append(
            f"""
            select
                '{TARGETED}' as campaign_id,
                {customer_id("customer_no")} as customer_id,
                {assigned.format("engagement > 0.3")},
                {day_of(str(targeted))}::timestamp + interval 8 hour as assigned_at,
                false as is_randomised,
                {fate()}
            from people
            where
                start_day < {targeted} and churn_day > {targeted}
                and {uniform("key", "targeted")} < 0.2
            order by customer_no
            """
        )
    return queries
