"""A new rule scheme is one SQL file and one row of the registry, and nothing else."""

import shutil
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from orchestration import dbt
from orchestration.scheme_registry import registered_schemes

NIGHT = date(2026, 3, 1)
ROW = """\
        {'scheme': 'weekend', 'kind': 'rule', 'is_built': true,
         'allowed_use': everywhere,
         'settings': [],
         'enabled_by': []},
    ]) }}"""
MODEL = """\
select
    as_of_date,
    customer_id,
    'weekend' as scheme,
    case when isodow(last_order_date) >= 6 then 'weekend.yes' else 'weekend.no' end as segment_id,
    cast(null as double) as score,
    cast(null as double) as margin,
    false as is_borderline,
    cast(null as varchar) as next_segment_id,
    'Last order day: ' || last_order_date as reason_1,
    cast(null as varchar) as reason_2,
    cast(null as varchar) as reason_3
from {{ ref('customer_rfm') }}
where last_order_date is not null
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the dbt project with a scheme more, which dbt reads instead."""
    copy = tmp_path / "dbt_project"
    shutil.copytree(dbt.PROJECT_DIR, copy)
    registry = copy / "macros" / "segments" / "segment_schemes.sql"
    text = registry.read_text(encoding="utf-8")
    assert text.count("    ]) }}") == 1
    registry.write_text(text.replace("    ]) }}", ROW), encoding="utf-8")
    (copy / "models" / "segments" / "schemes" / "weekend.sql").write_text(MODEL)
    monkeypatch.setattr(dbt, "PROJECT_DIR", copy)
    # What was parsed of the project itself is put back afterwards.
    monkeypatch.setattr(dbt, "_parsed", [])
    return copy


def test_a_new_scheme_is_one_sql_file_and_one_row(
    new_world: Callable[..., Any], project: Path
) -> None:
    assert registered_schemes(project)[-1].scheme == "weekend"
    world = new_world()
    world.land(
        "transactions",
        [
            {
                "order_id": customer,
                "line_id": "1",
                "customer_id": customer,
                "ordered_at": datetime.combine(day, time(12)),
                "quantity": 1,
                "amount": 10.0,
                "transaction_type": "sale",
            }
            for customer, day in (("sunday", date(2026, 2, 22)), ("monday", date(2026, 2, 23)))
        ],
    )

    world.run(
        NIGHT,
        "path:models/staging path:models/core path:models/features path:seeds "
        "path:models/segments path:models/marts",
    )

    given = world.query(
        "select customer_id, segment_id, scheme_version, reason_1 from marts.fct_customer_segments "
        "where scheme = 'weekend' order by customer_id"
    )
    assert given[["customer_id", "segment_id"]].to_numpy().tolist() == [
        ["monday", "weekend.no"],
        ["sunday", "weekend.yes"],
    ]
    assert given["scheme_version"].notna().all()
    described = world.query(
        "select segment_id, status, allowed_use from marts.dim_segments "
        "where scheme = 'weekend' order by segment_id"
    )
    assert described["segment_id"].tolist() == ["weekend.no", "weekend.yes"]
    assert set(described["status"]) == {"active"}
    assert described["allowed_use"].notna().all()
    own = world.query("select own_segments from marts.customer_360 order by customer_id")
    assert own["own_segments"].tolist() == ["weekend.no", "weekend.yes"]
    history = world.query("select distinct scheme from marts.fct_segment_history")
    assert "weekend" in set(history["scheme"])
    categories = world.query("select distinct scheme from marts.fct_segment_categories")
    assert "weekend" in set(categories["scheme"])
    assert world.failing("fct_customer_segments_is_sound", "dim_segments_is_sound") == []
