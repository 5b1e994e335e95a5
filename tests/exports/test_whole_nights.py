"""Whole nights with exports, as a person runs them, before a receiver that fails at first."""

import duckdb
import pytest

from orchestration.exports.folder import kept_exports, latest_export
from orchestration.instance import open_instance
from orchestration.run_events import checks_of
from tests.conftest import NIGHT, Installation, customers_csv
from tests.exports.conftest import SECRET, Receiver

EVENING_BEFORE = "2024-06-29"
MONTH_BEFORE = "2024-05-31"


def with_consents(csv: str) -> str:
    """Give every third customer no marketing consent, and the others one."""
    head, *lines = csv.splitlines()
    given = [f"{line},{'false' if place % 3 == 2 else 'true'}" for place, line in enumerate(lines)]
    return "\n".join([f"{head},marketing_consent", *given]) + "\n"


@pytest.mark.long
def test_nights_stay_green_before_a_receiver_that_times_out_and_tell_it_all_the_next_night(
    installation: Installation, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRATA_WEBHOOK_SECRET", SECRET)
    home = installation.home
    installation.land("customers", "customers.csv", with_consents(customers_csv()))
    with home.settings_file.open("a") as file:
        file.write(
            "exports:\n  lists: [rfm]\n  webhook:\n"
            f"    url: {receiver.url}\n    timeout_seconds: 0.2\n    attempts: 1\n"
        )

    receiver.delay = 0.5
    output = installation.night(EVENING_BEFORE)
    receiver.delay = 0.0

    assert "POSTs were not taken (ReadTimeout after 1 attempts)" in " ".join(output.split())
    assert "every_delivery_was_taken" in installation.strata("status").output
    with open_instance(home) as instance:
        run_id = instance.get_runs(limit=1)[0].run_id
        [check] = [c for c in checks_of(instance, run_id) if c.asset == "exports.deliveries"]
    assert (check.severity, check.passed) == ("warn", False)
    before = len(receiver.requests)

    installation.night(NIGHT)

    assert installation.published(
        "select cast(as_of_date as varchar), severity, passed from marts.fct_data_quality "
        "where check_name = 'every_delivery_was_taken'"
    ) == [(EVENING_BEFORE, "warn", False)]
    assert "every_delivery_was_taken" not in installation.strata("status").output
    receiver.answer = lambda place: 200 if place >= before else 504
    consenting = dict(
        installation.published(
            "select rfm_segment, list(customer_id) from marts.customer_360 "
            "where marketing_consent group by rfm_segment"
        )
    )
    assert receiver.lists() == {segment: set(members) for segment, members in consenting.items()}

    export = latest_export(home)
    assert export is not None
    assert str(export.changes_since) == EVENING_BEFORE
    profiles = export.folder(home) / "profiles.parquet"
    for scheme in export.schemes:
        differing = installation.published(
            f"select profiles.customer_id from read_parquet('{profiles}') as profiles "
            "left join marts.fct_customer_segments as segments on segments.customer_id = "
            f"profiles.customer_id and segments.scheme = '{scheme}' where "
            f"profiles.{scheme}_segment is distinct from segments.segment_id or "
            f"profiles.{scheme}_segment_since is null and segments.segment_id is not null"
        )
        assert differing == [], scheme
    described = duckdb.execute(f"describe select * from read_parquet('{profiles}')").fetchall()
    assert not {"email", "phone", "first_name", "gender", "age_band"} & {
        row[0] for row in described
    }

    made = kept_exports(home)
    posts = len(receiver.requests)
    installation.night(MONTH_BEFORE)
    rebuilt = installation.strata("rebuild", "--as-of", NIGHT)

    assert rebuilt.exit_code == 0, rebuilt.output
    assert kept_exports(home) == made
    assert not (home.rebuilds / NIGHT / "exports").exists()
    assert len(receiver.requests) == posts
