"""Which nights keep their full rows."""

from datetime import date, timedelta

from orchestration.kept_nights import nights_to_keep

YEAR = [date(2025, 1, 1) + timedelta(days=number) for number in range(365)]


def test_the_latest_nights_and_the_last_of_every_month_are_kept() -> None:
    kept = nights_to_keep(YEAR, tonight=YEAR[-1], full_nights=60)
    month_ends = [night for night in YEAR if (night + timedelta(days=1)).day == 1]
    assert kept == {*YEAR[-60:], *month_ends}


def test_the_last_night_that_exists_stands_for_its_month() -> None:
    nights = [date(2025, 1, 3), date(2025, 1, 24), date(2025, 2, 7), date(2025, 2, 28)]
    kept = nights_to_keep(nights, tonight=nights[-1], full_nights=1)
    assert kept == {date(2025, 1, 24), date(2025, 2, 28)}


def test_the_night_that_runs_is_kept_however_old_it_is() -> None:
    kept = nights_to_keep(YEAR, tonight=date(2025, 3, 5), full_nights=60)
    assert date(2025, 3, 5) in kept
    assert date(2025, 3, 5) not in nights_to_keep(YEAR, tonight=YEAR[-1], full_nights=60)


def test_full_nights_are_counted_by_date_and_not_by_gaps() -> None:
    weekly = YEAR[::7]
    kept = nights_to_keep(weekly, tonight=weekly[-1], full_nights=4)
    assert sorted(kept)[-4:] == weekly[-4:]
    assert len(kept) == 4 + 11
