"""Each preset on an export of its documented columns, with values that were worked out by hand."""

import hashlib
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.landing.mapping.presets import load_preset, preset_names
from tests.landing.exports import columns_of, csv_text, shopify_export

SALT = "a salt of one's own"
LINES = """
    select order_id, line_id, amount, discount_amount, ordered_at, transaction_type
    from raw.transactions order by file_seq, row_number
"""
BALANCE = "select source_table, file_name, rows_in from raw.files order by file_seq"


def use(landing: Any, preset: str, **settings: Any) -> None:
    mapping = load_preset(preset).mapping.model_dump(mode="json")
    landing.set(landing={"salt": SALT, "mapping": [mapping]}, **settings)


def pseudonym(text: str) -> str:
    return hashlib.sha256(f"{SALT}:{text}".encode()).hexdigest()[:20]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_presets_are_those_that_the_command_names() -> None:
    from orchestration.cli.files import PRESETS

    assert preset_names() == ["ga4", "shopify", "stripe", "woocommerce", "youzan"]
    assert all(name in PRESETS for name in preset_names())


@pytest.fixture
def shopify(landing: Any) -> Any:
    use(landing, "shopify", currency="EUR", time_zone="Europe/Paris")
    landing.put("shopify", "orders_export_1.csv", shopify_export())
    landing.ingest()
    return landing


def test_a_shopify_order_has_its_subtotal_shared_out_over_its_items(shopify: Any) -> None:
    lines = shopify.query(LINES)
    two = Decimal("0.01")
    assert [(o, n, a.quantize(two), d.quantize(two)) for o, n, a, d, *_ in lines[:5]] == [
        ("#1001", "1", Decimal("35.82"), Decimal("3.98")),
        ("#1001", "2", Decimal("4.50"), Decimal("0.50")),
        ("#1002", "1", Decimal("6.67"), Decimal("3.33")),
        ("#1002", "2", Decimal("6.66"), Decimal("3.34")),
        ("#1002", "3", Decimal("6.67"), Decimal("3.33")),
    ]
    # Over all orders: what the lines sum to is what the orders' first rows say.
    assert shopify.query(
        "select sum(amount) from raw.transactions where transaction_type = 'sale'"
    ) == [(Decimal("40.32") + 20 + 30 + 30 + 9 + 33 * 12,)]
    # 1001 % 6 = 5, 1001 % 27 = 2: the third of June, 23:30 two hours west of Greenwich.
    assert lines[1][4] == at("2024-06-03 23:30").replace(day=4, hour=1)


def test_of_a_shopify_refund_the_items_share_is_taken_back_on_its_day(shopify: Any) -> None:
    returns = [line for line in shopify.query(LINES) if line[5] == "return"]
    assert [(order, line, amount) for order, line, amount, *_ in returns] == [
        ("#1003", "refund", Decimal("-30.0000")),  # 35.00 * 30.00 / 35.00
        ("#1004", "refund", Decimal("-6.0000")),  # 7.00 * 30.00 / 35.00
    ]
    assert returns[0][4] == at("2024-07-03 08:00")


def test_every_row_of_a_shopify_export_is_accounted_for(shopify: Any) -> None:
    assert shopify.query(BALANCE) == [
        ("customers", "shopify/orders_export_1.csv", 39),
        ("transactions", "shopify/orders_export_1.csv", 44),
        ("transactions", "shopify/orders_export_1.csv (refunds)", 2),
    ]
    # 46 rows: 2 are of the voided order, 44 of no refund, 7 of no customer's first row.
    assert shopify.query("select rows_left_out from raw.mapped_files order by 1") == [
        (2,), (7,), (44,),
    ]  # fmt: skip
    assert shopify.reasons() == ["other_currency", "other_currency"]


def test_shopify_customers_have_a_pseudonym_and_guests_none(shopify: Any) -> None:
    ids = dict(shopify.query("select order_id, max(customer_id) from raw.transactions group by 1"))
    assert ids["#1001"] == pseudonym("c0@example.com")
    assert ids["#1007"] is None
    assert shopify.query(
        "select distinct email, city, postal_code, marketing_consent from raw.customers "
        f"where customer_id = '{ids['#1001']}'"
    ) == [("c0@example.com", "Lyon", "69001", True)]
    # Nothing of the columns that nobody asked for is kept.
    assert shopify.query("select count(extra_columns) from raw.transactions") == [(0,)]


def test_woocommerce_items_refunds_and_orders_refunded_as_a_whole(landing: Any) -> None:
    use(landing, "woocommerce", time_zone="America/New_York")
    item = {"date": "2024-07-01 21:15:00", "order_currency": "USD", "status": "completed",
            "billing_email": "Ann@Example.com ", "item_refunded": "0.00"}  # fmt: skip
    rows = [
        item | {"order_id": 7, "item_id": 1, "item_sku": "K", "item_quantity": 2,
                "item_subtotal": "30.00", "item_total": "27.00", "item_refunded": "13.50"},
        item | {"order_id": 7, "item_id": 2, "item_name": "Mug", "item_quantity": 1,
                "item_subtotal": "8", "item_total": "8"},
        item | {"order_id": 8, "item_id": 3, "item_sku": "K", "item_quantity": 1,
                "item_subtotal": "15.00", "item_total": "15.00", "status": "refunded"},
        item | {"order_id": 9, "item_id": 4, "item_sku": "K", "item_quantity": 1,
                "item_subtotal": "15.00", "item_total": "15.00", "status": "failed"},
    ]  # fmt: skip
    landing.put("woocommerce", "orders.csv", csv_text(columns_of("woocommerce"), rows))
    landing.ingest()
    assert [line[:4] for line in landing.query(LINES)] == [
        ("woo-7", "1", Decimal("27.0000"), Decimal("3.0000")),
        ("woo-7", "2", Decimal("8.0000"), Decimal("0.0000")),
        ("woo-8", "3", Decimal("15.0000"), Decimal("0.0000")),
        ("woo-8", "refund-3", Decimal("-15.0000"), None),
        ("woo-7", "refund-1", Decimal("-13.5000"), None),
    ]
    assert landing.query(
        "select distinct customer_id, ordered_at, cast(ordered_date as varchar) "
        "from raw.transactions"
    ) == [(pseudonym("ann@example.com"), at("2024-07-02 01:15"), "2024-07-01")]
    assert landing.query("select product_id from raw.transactions where line_id = '2'") == [
        ("Mug",)
    ]
    assert landing.query("select count(*) from raw.customers") == [(3,)]


@pytest.mark.parametrize("created", ["Created date (UTC)", "Created (UTC)"])
def test_stripe_charges_count_in_the_accounts_own_currency(landing: Any, created: str) -> None:
    use(landing, "stripe", time_zone="Europe/London", currency="GBP")
    columns = [each.replace("Created date (UTC)", created) for each in columns_of("stripe")]
    charge = {created: "2024-07-01 23:45", "Currency": "usd", "Converted Currency": "gbp",
              "Status": "Paid", "Customer Email": "ann@example.com", "Customer ID": "cus_1",
              "Converted Amount Refunded": "0.00"}  # fmt: skip
    rows = [
        charge | {"id": "ch_1", "Amount": "100.00", "Converted Amount": "79.31"},
        charge | {"id": "ch_2", "Amount": "50.00", "Converted Amount": "1,039.65",
                  "Status": "Refunded", "Converted Amount Refunded": "39.65",
                  "Refunded date (UTC)": "2024-08-02 09:00:12"},
        charge | {"id": "ch_3", "Amount": "9.00", "Converted Amount": "", "Status": "Failed"},
    ]  # fmt: skip
    landing.put("stripe", "unified_payments.csv", csv_text(columns, rows))
    landing.ingest()
    assert landing.query(
        "select order_id, line_id, amount, currency, ordered_at, cast(ordered_date as varchar), "
        "transaction_type, customer_id from raw.transactions order by file_seq, row_number"
    ) == [
        ("ch_1", "charge", Decimal("79.3100"), "GBP", at("2024-07-01 23:45"), "2024-07-02",
         "sale", pseudonym("ann@example.com")),
        ("ch_2", "charge", Decimal("1039.6500"), "GBP", at("2024-07-01 23:45"), "2024-07-02",
         "sale", pseudonym("ann@example.com")),
        ("ch_2", "refund", Decimal("-39.6500"), "GBP", at("2024-08-02 09:00:12"), "2024-08-02",
         "return", pseudonym("ann@example.com")),
    ]  # fmt: skip
    assert landing.reasons() == []
    assert landing.query("select rows_in from raw.files order by 1") == [(1,), (2,)]


GA4 = [
    {"event_name": "session_start", "event_timestamp": "1719826200000000", "user_id": "C1",
     "event_params": [{"key": "campaign", "value": {"string_value": "summer"}}],
     "platform": "WEB", "user_pseudo_id": "1.2"},
    {"event_name": "user_engagement", "event_timestamp": "1719826201500000", "user_id": "C1",
     "event_params": [{"key": "engagement_time_msec", "value": {"int_value": "2500"}},
                      {"key": "value", "value": {"double_value": 9.5}}],
     "platform": "WEB", "user_pseudo_id": "1.2"},
    {"event_name": "page_view", "event_timestamp": "1719826202000000", "user_id": None,
     "event_params": [], "platform": "IOS", "user_pseudo_id": "3.4"},
]  # fmt: skip
GA4_ROWS = [
    ("C1", "session", at("2024-07-01 09:30"), "WEB", "summer", None, None),
    ("C1", "user_engagement", at("2024-07-01 09:30:01.5"), "WEB", None, 2.5, 9.5),
]


@pytest.mark.parametrize("form", ["jsonl", "parquet", "csv"])
def test_ga4_events_of_known_users_nested_or_flat(landing: Any, form: str) -> None:
    use(landing, "ga4")
    if form == "jsonl":
        landing.put("ga4", "events.jsonl", "\n".join(map(json.dumps, GA4)))
    elif form == "parquet":
        path = landing.put("ga4", "events.parquet", "")
        pq.write_table(pa.Table.from_pylist(GA4), path)
    else:
        flat = [
            {each: row[each] for each in ("event_name", "event_timestamp", "user_id", "platform")}
            for row in GA4
        ]
        flat[0]["campaign"] = "summer"
        flat[1] |= {"event_params_engagement_time_msec": 2500, "event_params_value": 9.5}
        landing.put("ga4", "events.csv", csv_text(list(flat[0]) + list(flat[1])[4:], flat))
    landing.put_lines("1,2024-07-01,5")
    landing.ingest()
    assert (
        landing.query(
            "select customer_id, event_type, occurred_at, channel, campaign_id, duration_seconds, "
            "value from raw.engagement_events order by row_number"
        )
        == GA4_ROWS
    )
    assert landing.query("select rows_left_out from raw.mapped_files") == [(1,)]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_youzan_orders_in_gb18030(landing: Any, encoding: str) -> None:
    use(landing, "youzan", time_zone="Asia/Shanghai")
    order = {"订单状态": "交易完成", "订单创建时间": "2024-07-01 00:30:00", "运费": "10.00",
             "买家付款时间": "2024-07-01 00:31:00", "归属店铺": "总店", "订单商品总件数": "2",
             "收货人手机号/提货人手机号": "\t13800000001", "收货人省份": "浙江省",
             "收货人城市": "杭州市"}  # fmt: skip
    rows = [
        order
        | {"订单号": "\tE20240701003000001", "订单实付金额": "110.00", "店铺优惠合计": "20.00"},
        order | {"订单号": "E2", "订单实付金额": "110.00", "订单已退款金额": "55.00"},
        order | {"订单号": "E3", "订单实付金额": "9.00", "买家付款时间": ""},
    ]  # fmt: skip
    text = csv_text(columns_of("youzan"), rows)
    landing.put("youzan", "订单.csv", text.encode(encoding))
    landing.ingest()
    assert [(o, n, a, d, t, k) for o, n, a, d, t, k in landing.query(LINES)] == [
        ("E20240701003000001", "order", Decimal("100.0000"), Decimal("20.0000"),
         at("2024-06-30 16:30"), "sale"),
        ("E2", "order", Decimal("100.0000"), None, at("2024-06-30 16:30"), "sale"),
        ("E2", "refund", Decimal("-50.0000"), None, at("2024-06-30 16:30"), "return"),
    ]  # fmt: skip
    assert landing.query("select distinct customer_id, region, city from raw.customers") == [
        (pseudonym("13800000001"), "浙江省", "杭州市")
    ]
    assert landing.query(
        "select distinct currency, store_id, quantity from raw.transactions "
        "where transaction_type = 'sale'"
    ) == [("CNY", "总店", Decimal("2.0000"))]
