"""Files that a mapping reads: how values are written, which rows are taken, what stays."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest
import yaml

from orchestration.data_days import days_in_data
from orchestration.errors import InputError, LandingError, SettingsError
from orchestration.landing.arrivals import look_at, new_files, read_loaded
from orchestration.landing.mapping.formula import parse_formula
from orchestration.settings import Settings, load_settings
from orchestration.warehouse import connect

SHOP = {
    "name": "shop",
    "files": "shop/*.csv",
    "encoding": "gb18030",
    "decimal_comma": True,
    "dates": "%d.%m.%Y %H:%M",
    "order": "订单",
    "fill_down": ["日期"],
    "tables": [
        {
            "table": "transactions",
            "columns": {
                "order_id": "订单",
                "line_id": {"number": "row_of_order"},
                "ordered_at": "日期",
                "quantity": "量",
                "amount": {"formula": "[价] * [量] - [折 | 0]"},
                "currency": {"value": "CNY"},
            },
        },
        {
            "table": "transactions",
            "part": "refunds",
            "rows": [{"column": "退", "is_nonzero": True}],
            "columns": {
                "order_id": "订单",
                "line_id": {"value": "refund"},
                "ordered_at": "日期",
                "amount": {"formula": "-[退]"},
                "currency": {"value": "CNY"},
                "transaction_type": {"value": "return"},
            },
        },
    ],
}
ROWS = """订单;日期;价;量;折;退
A1;01.05.2024 10:00;1.234,50;2;;
;;3,00;1;0,50;
A2;02.05.2024 11:30;5;1;x;2,50
A3;31.04.2024 09:00;7,5;1;;0,00
A4;03.05.2024 09:00;1.5;1;;
"""
AMOUNTS = "select order_id, line_id, amount from raw.transactions order by file_seq, row_number"


def use(landing: Any, *changes: dict[str, Any], **settings: Any) -> None:
    mappings = [SHOP | each for each in changes or ({},)]
    landing.set(time_zone="Asia/Shanghai", landing={"mapping": mappings}, **settings)


def put(landing: Any, text: str = ROWS, name: str = "a.csv") -> Any:
    return landing.put("shop", name, text.encode("gb18030"))


def test_an_order_given_once_decimal_commas_and_dates_are_read(landing: Any) -> None:
    use(landing)
    put(landing)
    report = landing.ingest()
    assert landing.query(AMOUNTS) == [
        ("A1", "1", Decimal("2469.0000")),
        ("A1", "2", Decimal("2.5000")),
        ("A2", "refund", Decimal("-2.5000")),
    ]
    assert (
        landing.query("select distinct ordered_at from raw.transactions order by 1")[0][0].hour == 2
    )
    # A discount that cannot be read is no discount of 0, and 1.5 is no number with a comma.
    assert landing.reasons() == ["bad_amount", "bad_amount", "bad_ordered_at"]
    assert [(each.rows_in, each.left_out) for each in report.files] == [(5, 0), (1, 4)]
    assert (
        '"订单":"A3"'
        in landing.query("select row_json from raw.rejected_rows where reason = 'bad_ordered_at'")[
            0
        ][0]
    )
    assert not list((landing.home.root / "tmp").glob("landing_*"))


def test_two_readers_take_the_same_rows(landing: Any) -> None:
    """Random orders, given once or on every row, with amounts and words of all sorts."""
    words = [
        "",
        " ",
        "0",
        "0,00",
        "1",
        "-3,5",
        "1.000,00",
        "x",
        "1e3",
        "NaN",
        "1_0",
        "'7",
        "paid",
        "Paid ",
    ]
    conditions = [
        {"column": "f", "is_nonzero": True},
        {"column": "f", "is_nonzero": False},
        {"column": "f", "one_of": ["PAID", "0"]},
        {"column": "g", "none_of": ["paid", "x"]},
        {"column": "g", "is_given": True},
    ]
    parts = [
        {"table": "stores", "part": f"p{n}", "rows": [condition], "once_per_order": once,
         "columns": {"store_id": {"number": "row_of_order"}, "name": {"value": "n"}}}
        for n, (condition, once) in enumerate((c, o) for c in conditions for o in (False, True))
    ]  # fmt: skip
    draw = random.Random(4)  # noqa: S311
    lines = [
        f"{draw.choice(['', 'A', 'B', 'C'])};{draw.choice(words)};{draw.choice(words)}"
        for _ in range(60)
    ]
    mapping = {"name": "m", "files": "m/*", "order": "o", "fill_down": ["g"], "tables": parts}
    for comma in (True, False):
        landing.set(landing={"mapping": [mapping | {"decimal_comma": comma}]})
        landing.put("m", f"{comma}.csv", "\n".join(["o;f;g", *lines]) + "\n")
        landing.put_lines("1,2024-05-01,1")
        # The ingest refuses a file of which the two readers count different rows.
        report = landing.ingest()
        taken = [each.rows_in for each in report.files if each.file.table == "stores"]
        assert len(taken) == 10
        assert sum(taken) > 60


def test_a_file_that_does_not_fit_says_which_columns(landing: Any) -> None:
    use(landing)
    put(landing, ROWS.replace("日期", "日期时间").replace("退", "退款"))
    with pytest.raises(LandingError) as caught:
        landing.ingest()
    text = str(caught.value)
    assert "shop/a.csv as transactions: the file lacks columns" in text
    assert "`日期` (did you mean `日期时间`?)" in text
    assert "It has `日期时间`, `退款`, which it does not know" in text
    assert landing.inspect().problems


@pytest.mark.parametrize(
    ("change", "text", "words"),
    [
        ({"encoding": "utf-8"}, ROWS, "not valid utf-8"),
        ({"dates": "%m/%d/%Y"}, ROWS, r"none of the \d values of column `ordered_at`.*`dates`"),
        ({"delimiter": "|"}, ROWS, "the file lacks columns"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said(
    landing: Any, change: dict[str, Any], text: str, words: str
) -> None:
    use(landing, change)
    put(landing, text)
    with pytest.raises(LandingError, match=words):
        landing.ingest()


def test_columns_that_nobody_named_are_kept_and_told(landing: Any) -> None:
    use(landing, {"unused": ["价格"]})
    put(landing, "订单;日期;价;量;折;退;价格;赠;赠\nA1;01.05.2024 10:00;1;2;;;9;茶;糖\n")
    (file, _) = landing.ingest().files
    assert file.unknown_columns == ("赠", "赠 (9)")
    [(extra,)] = landing.query("select extra_columns from raw.transactions")
    assert json.loads(extra) == {"赠": "茶", "赠 (9)": "糖"}


def test_other_currencies_are_taken_at_the_rate_that_is_set(landing: Any) -> None:
    tables = [SHOP["tables"][0] | {"columns": SHOP["tables"][0]["columns"] | {"currency": "币"}}]  # type: ignore[index]
    use(
        landing, {"tables": tables, "convert": {"to": "CNY", "rates": {"usd": 7.1}}}, currency="CNY"
    )
    codes = ["CNY", "USD", "EUR"]
    put(landing, "订单;日期;价;量;折;币\n" + "".join(
        f"A{n};01.05.2024 10:00;10,00;1;0,50;{code}\n" for n, code in enumerate(codes)
    ))  # fmt: skip
    landing.ingest()
    assert landing.query("select order_id, amount, currency from raw.transactions order by 1") == [
        ("A0", Decimal("9.5000"), "CNY"),
        ("A1", Decimal("67.4500"), "CNY"),
    ]
    assert landing.reasons() == ["other_currency"]


def test_a_loaded_file_keeps_its_meaning_when_the_mapping_changes(landing: Any) -> None:
    use(landing)
    path = put(landing)
    landing.ingest()
    before = landing.query(AMOUNTS)
    assert landing.inspect().warnings == ()

    use(landing, {"decimal_comma": False})
    assert landing.ingest().files == ()
    assert landing.query(AMOUNTS) == before
    warnings = landing.inspect().warnings
    assert (
        "the mapping has changed since. To read it anew, `strata unload shop/a.csv`" in warnings[0]
    )

    moved = landing.unload("shop/a.csv").moved_to
    assert landing.query("select count(*) from raw.transactions") == [(0,)]
    moved.rename(path)
    landing.ingest()
    assert ("A4", "1", Decimal("1.5000")) in landing.query(AMOUNTS)
    assert landing.inspect().warnings == ()


def test_taking_back_a_file_takes_back_all_that_it_is(landing: Any) -> None:
    use(landing)
    path = put(landing)
    put(landing, name="copy.csv")
    copies = [each.copy_of for each in landing.ingest().files]
    assert copies == [None, None, "shop/a.csv", "shop/a.csv (refunds)"]
    report = landing.unload(str(path))
    assert (report.label, report.replaced_by) == ("shop/a.csv", "shop/copy.csv")
    assert landing.query("select count(*), count(distinct file_seq) from raw.transactions") == [
        (3, 2)
    ]
    report = landing.unload("shop/copy.csv")
    assert (report.rows_removed, report.replaced_by) == (6, None)
    assert landing.query("select distinct status from raw.files") == [("unloaded",)]
    with pytest.raises(InputError, match="no file has been landed yet"):
        landing.unload("shop/a.csv")


def test_check_tells_which_pattern_reads_which_file_and_what_none_reads(landing: Any) -> None:
    use(landing, {}, {"name": "unused", "files": "elsewhere/*"})
    put(landing)
    put(landing, name="a.txt")
    landing.put("shop", "b.jsonl", "{}")
    found = landing.inspect()
    text = found.to_text()
    assert "by the mapping shop (landing/shop/*.csv); 4 other rows are not taken" in text
    assert [each.mapping for each in found.files] == ["shop", "shop"]
    assert "shop/b.jsonl fits no pattern of `landing.mapping` (shop/*.csv); it is not read." in text
    assert "the mapping unused reads no file: none fits landing/elsewhere/*." in text
    assert found.is_usable
    use(landing, {}, {"name": "again", "files": "shop/a*"})
    with pytest.raises(
        LandingError, match=r"shop/a\.csv: the mappings shop and again both read it"
    ):
        landing.inspect()


def test_the_days_in_waiting_exports_are_seen(landing: Any) -> None:
    use(landing)
    put(landing)
    days = days_in_data(landing.home, landing.settings)
    assert days is not None
    assert (str(days.first), str(days.last)) == ("2024-05-01", "2024-05-03")


def test_an_export_that_lands_is_new_until_it_is_loaded(landing: Any) -> None:
    use(landing)
    empty = look_at(landing.home.landing, landing.settings.landing)
    put(landing)
    look = look_at(landing.home.landing, landing.settings.landing)
    assert look.fingerprint != empty.fingerprint
    assert [each.name for each in new_files(look.files, [])] == [
        "shop/a.csv",
        "shop/a.csv (refunds)",
    ]
    landing.ingest()
    with connect(landing.home, landing.settings) as connection:
        assert new_files(look.files, read_loaded(connection)) == []


def test_a_mapping_survives_being_written_down_with_a_run(landing: Any) -> None:
    use(landing)
    assert (
        Settings.model_validate(json.loads(landing.settings.model_dump_json())) == landing.settings
    )


def stores(name: dict[str, Any]) -> dict[str, Any]:
    return {"tables": [{"table": "stores", "columns": {"store_id": "S", "name": name}}]}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tables": [{"table": "orders", "columns": {}}]}, "is no landing table"),
        ({"tables": [{"table": "stores", "columns": {"store_id": "S"}}]}, "stores needs name too"),
        ({"files": "*.csv"}, "must be a folder below landing/ and a pattern"),
        ({"encoding": "klingon"}, "is no encoding"),
        ({"order": None}, "need `order`"),
        (
            stores({"pseudonym": ["S"]}),
            "`salt` is missing",
        ),
        (
            stores({"formula": "[a"}),
            "cannot be read at character 1",
        ),
        (
            stores({"value": "a", "first": ["b"]}),
            "needs exactly one of",
        ),
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_is_refused_with_its_line(
    tmp_path: Any, change: dict[str, Any], words: str
) -> None:
    path = tmp_path / "strata.yml"
    path.write_text(yaml.safe_dump({"landing": {"mapping": [SHOP | change]}}, allow_unicode=True))
    with pytest.raises(SettingsError, match=words) as caught:
        load_settings(path)
    assert "strata.yml, line " in str(caught.value)


def test_a_formula_binds_products_before_sums() -> None:
    formula = parse_formula("[a b] - 2 * ([c | 0] + d) / -3")
    assert (formula.required, formula.defaulted, formula.earlier) == (("a b",), ("c",), ("d",))
    assert formula.tree[0] == "-"
    for wrong in ("", "[a", "1 +", "(1", "a b", "drop; table"):
        with pytest.raises(ValueError, match="cannot be read at character"):
            parse_formula(wrong)
