"""Files once per content, in load order, all or none; rules that hold over all files."""

import random
import time
from pathlib import Path
from typing import Any

import pytest

from orchestration.errors import LandingError
from orchestration.landing import ingest as ingest_module
from orchestration.landing.files import LandingFile, discover

LINE = "1,2024-05-01 10:00:00,9.50"


def test_files_are_read_once_per_content(landing: Any) -> None:
    landing.put_lines(LINE)
    assert landing.ingest().rows_in == 1
    again = landing.ingest()
    assert (again.files, again.known) == ((), 1)
    assert landing.query("select count(*) from raw.transactions") == [(1,)]


def test_the_load_order_is_run_then_table_then_name_by_bytes_then_row(landing: Any) -> None:
    for name in ("b.csv", "B.csv", "ä.csv", "a10.csv", "a9.csv"):
        landing.put_lines(f"{name},2024-05-01,1", name=name)
    landing.put("customers", "z.csv", "customer_id\n1\n")
    landing.ingest()
    landing.put_lines("late,2024-05-01,1", name="A.csv")
    landing.ingest()
    assert landing.query(
        "select file_seq, file_name, run_id, status from raw.files order by file_seq"
    ) == [
        (1, "z.csv", "run-1", "loaded"),
        (2, "B.csv", "run-1", "loaded"),
        (3, "a10.csv", "run-1", "loaded"),
        (4, "a9.csv", "run-1", "loaded"),
        (5, "b.csv", "run-1", "loaded"),
        (6, "ä.csv", "run-1", "loaded"),
        (7, "A.csv", "run-2", "loaded"),
    ]  # fmt: skip


def test_row_numbers_follow_the_file_also_when_it_is_long(landing: Any) -> None:
    rows = [{"order_id": i, "ordered_at": "2024-05-01", "amount": 1} for i in range(1, 130_001)]
    for name in ("a.parquet", "b.csv", "c.jsonl"):
        landing.put_rows("transactions", name, rows)
    landing.ingest()
    assert landing.query(
        "select file_seq, count(*), count(*) filter (where cast(order_id as bigint) = row_number) "
        "from raw.transactions group by 1 order by 1"
    ) == [(1, 130_000, 130_000), (2, 130_000, 130_000), (3, 130_000, 130_000)]


@pytest.mark.parametrize("is_later_night", [False, True])
def test_the_same_content_under_another_name_is_a_copy(landing: Any, is_later_night: bool) -> None:
    landing.put_lines(LINE, "2,2024-05-01,x")
    if is_later_night:
        landing.ingest()
    landing.put_lines(LINE, "2,2024-05-01,x", name="b.csv")
    report = landing.ingest()
    copy = report.files[-1]
    assert (copy.copy_of, copy.rows_in, copy.rows_loaded) == ("a.csv", 2, 0)
    assert landing.query("select file_seq, rows_in, copy_of, status from raw.files order by 1") == [
        (1, 2, None, "loaded"), (2, 2, 1, "copy"),
    ]  # fmt: skip
    assert landing.query("select count(*) from raw.transactions") == [(1,)]
    assert landing.query("select count(*) from raw.rejected_rows") == [(1,)]
    assert landing.ingest().known == 2


def test_the_same_name_with_other_content_is_a_further_file(landing: Any) -> None:
    landing.put_lines(LINE)
    landing.ingest()
    landing.put_lines(LINE, "2,2024-05-01,1")
    assert landing.ingest().rows_loaded == 2
    assert landing.query("select file_seq, file_name from raw.files order by 1") == [
        (1, "a.csv"), (2, "a.csv"),
    ]  # fmt: skip


def test_the_same_content_in_two_tables_is_two_files(landing: Any) -> None:
    landing.put_lines(LINE)
    for table in ("customers", "erasure_requests"):
        landing.put(table, "a.csv", "customer_id,requested_at\n1,2024-01-01\n")
    assert {each.copy_of for each in landing.ingest().files} == {None}


def test_what_is_not_read_is_reported_unless_it_is_hidden_or_unfinished(landing: Any) -> None:
    landing.put_lines(LINE)
    landing.put("transactions", "notes.txt", "x")
    landing.put("transactions", "2024/b.csv", "x")
    landing.put("custmers", "a.csv", "x")
    landing.put("", "stray.csv", "x")
    for name in (".hidden.csv", "b.csv.part", "b.csv.tmp", "~$a.csv"):
        landing.put("transactions", name, "x")
    report = landing.ingest()
    assert {each.path: each.reason.split(",")[0].split(" (")[0] for each in report.ignored} == {
        "custmers": "is no table of the contract; did you mean `customers`?",
        "stray.csv": "lies beside the table folders",
        "transactions/2024": "is a folder; files go one level up",
        "transactions/notes.txt": "does not end in `.parquet`",
    }
    assert "not read: custmers is no table" in report.to_text()


def test_the_default_transaction_type(landing: Any) -> None:
    lines = ("1,2024-01-01,5,-1,", "2,2024-01-01,-5,1,", "3,2024-01-01,0,-1,")
    more = ",quantity,transaction_type"
    landing.put_lines(*lines, "4,2024-01-01,0,,", "5,2024-01-01,-5,1,fee", more=more)
    landing.ingest()
    assert landing.query(
        "select string_agg(transaction_type, ' ' order by row_number) from raw.transactions"
    ) == [("sale return return sale fee",)]


def test_unknown_columns_are_kept_and_listed(landing: Any) -> None:
    landing.put_lines("1,2024-01-01,5,x,", more=",Clerk, Till ")
    landing.ingest()
    assert landing.query("select extra_columns from raw.transactions") == [
        ('{"Clerk":"x","Till":null}',)
    ]
    assert landing.query("select unknown_columns from raw.files") == [("Clerk, Till",)]


def test_one_currency_needs_no_setting_and_null_is_the_accounts(landing: Any) -> None:
    landing.put_lines("1,2024-01-01,5,eur", "2,2024-01-01,5,", more=",currency")
    landing.ingest()
    assert landing.query("select currency from raw.transactions order by 1 nulls last") == [
        ("EUR",), (None,),
    ]  # fmt: skip


@pytest.mark.parametrize("is_later_night", [False, True])
def test_two_currencies_without_a_setting_stop_the_run(landing: Any, is_later_night: bool) -> None:
    landing.put_lines("1,2024-01-01,5,EUR", more=",currency")
    if is_later_night:
        landing.ingest()
    landing.put_lines("2,2024-01-01,5,USD", name="b.csv", more=",currency")
    with pytest.raises(LandingError) as error:
        landing.ingest()
    assert "EUR (transactions/a.csv); USD (transactions/b.csv)" in str(error.value)
    assert "Set `currency:` in strata.yml" in str(error.value)
    landing.set(currency="EUR")
    landing.ingest()
    assert landing.reasons() == ["other_currency"]


def test_a_currency_setting_that_comes_late_is_said(landing: Any) -> None:
    landing.put_lines("1,2024-01-01,5,EUR", more=",currency")
    landing.ingest()
    landing.set(currency="USD")
    with pytest.raises(LandingError, match=r"currency: USD.*EUR \(transactions/a.csv\).*unload"):
        landing.ingest()


@pytest.mark.parametrize("is_later_night", [False, True])
def test_an_order_keyed_in_one_file_and_keyless_in_another_stops_the_run(
    landing: Any, is_later_night: bool
) -> None:
    landing.put_lines("0,2024-01-01,5,1", "7,2024-01-01,5,1", more=",line_id")
    if is_later_night:
        landing.ingest()
    landing.put_lines("7,2024-01-01,5", name="b.csv")
    with pytest.raises(LandingError) as error:
        landing.ingest()
    assert "`line_id` in transactions/a.csv (row 2)" in str(error.value)
    assert "without one in transactions/b.csv (row 1)" in str(error.value)


def test_keyed_and_keyless_lines_of_one_order_may_share_a_file(landing: Any) -> None:
    landing.put_lines("7,2024-01-01,5,1", "7,2024-01-01,5,", more=",line_id")
    landing.put_lines("8,2024-01-01,5", name="b.csv")
    assert landing.ingest().rows_loaded == 3


def test_mixed_orders_are_found_when_one_file_holds_both_ways(landing: Any) -> None:
    landing.put_lines("7,2024-01-01,5,1", "7,2024-01-01,5,", more=",line_id")
    landing.ingest()
    landing.put_lines("7,2024-01-01,5,2", name="b.csv", more=",line_id")
    with pytest.raises(LandingError, match=r"/b.csv \(row 1\).*/a.csv \(row 2\)"):
        landing.ingest()


def test_a_file_that_changes_while_it_is_read_stops_the_run(
    landing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = landing.put_lines(LINE)
    load = ingest_module.load_scratch

    def load_and_append(*arguments: Any) -> Any:
        facts = load(*arguments)
        time.sleep(0.01)
        with path.open("a") as stream:
            stream.write("2,2024-01-01,1\n")
        return facts

    monkeypatch.setattr(ingest_module, "load_scratch", load_and_append)
    with pytest.raises(LandingError, match="the file changed while it was read"):
        landing.ingest()


def test_a_file_name_that_is_not_utf8_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "transactions"
    folder.mkdir()
    (folder / "a\udcff.csv").write_text("x")
    (file,) = discover(tmp_path).files
    assert isinstance(file, LandingFile)
    with pytest.raises(LandingError, match="not valid UTF-8; rename it"):
        ingest_module.load_scratch(None, file, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(8))
def test_rows_in_are_rows_in_raw_and_rejected_for_every_file(landing: Any, seed: int) -> None:
    """Small files at random, of every format, with bad values, repeats and quoted line breaks."""
    draw = random.Random(seed)  # noqa: S311
    written: dict[str, int] = {}
    for number in range(draw.randint(2, 5)):
        keyed = draw.random() < 0.5
        rows = [
            {
                "order_id": f"{'k' if keyed else 'n'}{draw.randint(1, 5)}",
                "ordered_at": draw.choice(["2024-01-01", "2024-01-01T00:00:00Z", "x", ""]),
                "amount": draw.choice(["1", "1.0", "x", "", "NaN", "-1", "1e2"]),
                "line_id": str(draw.randint(1, 3)) if keyed else None,
                "quantity": draw.choice(["1", "two", ""]),
                "note": draw.choice(["a\nb", '"', ",", "", "é"]),
            }
            for _ in range(draw.randint(0, 40))
        ]
        rows.append({**dict.fromkeys(("line_id", "quantity", "note")), "order_id": f"s{number}",
                     "ordered_at": "2024-01-01", "amount": "1"})  # fmt: skip
        name = f"{number}{draw.choice(['.csv', '.csv.gz', '.jsonl', '.parquet'])}"
        landing.put_rows("transactions", name, rows)
        written[name] = len(rows)
    landing.ingest()
    balance = landing.query(
        """
        select
            file_name, rows_in,
            (select count(*) from raw.transactions as t where t.file_seq = f.file_seq),
            (select count(*) from raw.rejected_rows as r where r.file_seq = f.file_seq)
        from raw.files as f
        """
    )
    assert {name: rows_in for name, rows_in, *_ in balance} == written
    assert all(rows_in == stand + rejected for _, rows_in, stand, rejected in balance)
    numbers = landing.query(
        "select file_seq, row_number from raw.transactions union all "
        "select file_seq, row_number from raw.rejected_rows"
    )
    assert len(set(numbers)) == len(numbers) == sum(written.values())
