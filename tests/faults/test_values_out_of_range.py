"""Values that can be read and cannot be: from the file to what the night says of them."""

from decimal import Decimal

import pytest

from orchestration.settings import Settings
from orchestration.warehouse import connect
from tests.conftest import NIGHT, Installation, orders_csv, shop_in

CUSTOMERS = """customer_id,created_at,birth_date,latitude,longitude
ancient,2022-06-01,1850-01-01,53.8,-1.5
unborn,2022-06-01,2999-01-01,53.8,-1.5
off-map,2022-06-01,1990-01-01,90.5,-180.5
on-its-edge,2022-06-01,1990-01-01,-90,180
"""
STORES = """store_id,name,latitude,longitude
S1,Leeds,-91,181
S2,York,53.96,-1.08
"""
PRODUCTS = """product_id,category,risk_level
P1,coffee,6
P2,tea,0
P3,cups,5
"""
HOLDINGS = """customer_id,product_id,held_on,balance,risk_level
C001,P1,2024-05-31,10,7
C002,P1,2024-05-31,10,1
"""
ANSWERS = """customer_id,survey,question,score,scale_max,responded_at
C001,nps,,5,5,2024-06-01
C002,nps,,9,10,2024-06-01
C003,nps,,11,10,2024-06-01
C004,nps,,11,,2024-06-01
C005,nps,,-1,10,2024-06-01
C006,risk_profile,risk 1,6,5,2024-06-01
C007,risk_profile,risk 1,5,5,2024-06-01
C008,csat,,0,5,2024-06-01
"""
NULLED = {
    ("customers", "birth_date"): 2,
    ("customers", "latitude"): 1,
    ("customers", "longitude"): 1,
    ("stores", "latitude"): 1,
    ("stores", "longitude"): 1,
    ("products", "risk_level"): 2,
    ("holdings", "risk_level"): 1,
}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Return a home with one night on files with values out of range."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        made = shop_in(tmp_path_factory.mktemp("out-of-range"), monkeypatch)
        made.land("customers", "bad.csv", CUSTOMERS)
        made.land("stores", "stores.csv", STORES)
        made.land("products", "products.csv", PRODUCTS)
        made.land("holdings", "holdings.csv", HOLDINGS)
        made.land("survey_responses", "answers.csv", ANSWERS)
        made.land("holding", "july.csv", HOLDINGS)
        made.night(NIGHT)
    return made


@pytest.mark.parametrize(("table", "column"), sorted(NULLED))
def test_an_optional_value_out_of_range_is_null_and_counted(
    night: Installation, table: str, column: str
) -> None:
    with connect(night.home, Settings()) as connection:
        counted = connection.execute(
            "select sum(nulled) from raw.nulled_values where source_table = ? and column_name = ?",
            [table, column],
        ).fetchone()

    assert counted == (NULLED[table, column],)


def test_the_nights_check_counts_all_of_them_as_a_warning(night: Installation) -> None:
    assert night.published(
        "select severity, passed, measured from marts.fct_data_quality "
        "where check_name = 'every_optional_value_could_be_typed'"
    ) == [("warn", False, sum(NULLED.values()))]


def test_a_file_in_a_misspelt_folder_is_a_warning(night: Installation) -> None:
    assert night.published(
        "select asset, severity, passed, measured from marts.fct_data_quality "
        "where check_name = 'everything_landed_was_read'"
    ) == [("raw.files", "warn", False, 1.0)]


@pytest.mark.parametrize(("reason", "rows"), [("other_scale", 1), ("bad_score", 4)])
def test_an_answer_outside_its_scale_is_rejected_with_the_reason(
    night: Installation, reason: str, rows: int
) -> None:
    assert night.published(
        "select file_name, rows from marts.fct_rejected_rows "
        f"where source_table = 'survey_responses' and reason = '{reason}'"
    ) == [("answers.csv", rows)]


def test_no_age_is_told_of_a_birth_date_that_nobody_has(night: Installation) -> None:
    assert night.published(
        "select customer_id, age_band, demographic_segment, birthday_month "
        "from marts.customer_360 where customer_id in ('ancient', 'unborn', 'off-map') "
        "order by customer_id"
    ) == [
        ("ancient", "unknown", "demographic.unknown", None),
        ("off-map", "25-34", "demographic.25_34", 1),
        ("unborn", "unknown", "demographic.unknown", None),
    ]


def test_the_rows_of_a_file_still_balance(night: Installation) -> None:
    assert night.published(
        "select rows_in, accepted, rejected from marts.fct_landing_balance "
        "where source_table = 'survey_responses'"
    ) == [(8, 3, 5)]


def test_only_answers_on_the_right_scale_make_attitudes(night: Installation) -> None:
    assert night.published(
        "select customer_id, nps_group, csat_share from marts.customer_360 "
        "where nps_group is not null or csat_share is not null order by customer_id"
    ) == [("C002", "promoter", None), ("C008", None, 0.0)]


def test_revenue_is_what_it_is_without_the_bad_rows(night: Installation) -> None:
    [(revenue,)] = night.published("select sum(revenue) from marts.fct_daily_revenue")

    lines = [line.split(",") for line in orders_csv().splitlines()[1:]]
    assert revenue == sum(Decimal(line[6]) for line in lines)
