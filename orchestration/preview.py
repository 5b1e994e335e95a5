"""What edited settings would change on the published night, worked out beside the live tables."""

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from pydantic import ValidationError

from orchestration.database import opened
from orchestration.dbt import invoke, parsed_manifest, point_dbt_at
from orchestration.dbt_failures import explain_result
from orchestration.errors import InputError, StrataError
from orchestration.home import Home
from orchestration.jobs import UNPUBLISHED
from orchestration.lock import hold_the_warehouse
from orchestration.ml_tables import create_ml_schema
from orchestration.night import Progress, explain
from orchestration.ops_tables import create_ops_schema, write_night
from orchestration.preview_moves import PUBLISHED, Changed, Preview, moves_between
from orchestration.rebuild import (
    BUILDING,
    one_at_a_time,
    prepare_beside,
    refuse_a_full_disk,
    refuse_nothing_loaded,
    run_beside,
)
from orchestration.rebuild_plan import plan_as_known_at
from orchestration.run_log import NOT_OF_THE_NIGHT, KnownRun, find_run, known_runs
from orchestration.settings import Settings
from orchestration.warehouse import connect

# Raw was typed, and days were cut, by these: another value shows only in nights run from landing.
_OF_LANDING = ("time_zone", "currency", "landing")
# What Python models read, so that they too have to run anew.
_OF_MODELS = ("relationship",)
# What customers' segments follow from, once core and the models' tables are there.
_SEGMENTS = (
    "resource_type:seed",
    "+own_segments,fqn:strata.features",
    "+own_segments,fqn:strata.segments",
)


@dataclass(frozen=True)
class _Night:
    """The published night, its run, and whether the warehouse still stands there."""

    as_of_date: date
    run: KnownRun
    is_still_there: bool


def preview(
    home: Home,
    settings: Settings,
    settings_file: Path,
    *,
    wait_seconds: float,
    progress: Progress,
) -> Preview:
    """Compare the published segments with those of the same night under other settings.

    On a copy of the warehouse the features and segments of the night are computed anew. Where the
    warehouse has moved on, or a setting reaches the models, the night is rebuilt from raw as its
    run knew it, which takes as long as a night. Neither the live warehouse nor what is published
    is written to.

    Raises
    ------
    InputError
        If nothing was published yet, or a setting was edited that only new nights can show.
    BusyError
        If another process writes, or rebuilds.
    """
    refuse_nothing_loaded(home)
    published = home.serving / "strata.duckdb"
    if not published.exists():
        raise InputError(f"Nothing has been published in {home.serving} yet: run a night first.")
    what = "`strata preview`"
    with ExitStack() as rest, ExitStack() as while_copying:
        while_copying.enter_context(hold_the_warehouse(home, what, wait_seconds=wait_seconds))
        rest.enter_context(one_at_a_time(home, what, wait_seconds=wait_seconds))
        file = published.resolve()
        night = _published_night(home, settings, file)
        changed = changed_settings(night.run.settings, settings)
        _refuse_what_cannot_be_seen(changed)
        is_short = night.is_still_there and not _names(changed, _OF_MODELS)
        if is_short:
            progress(f"Copying {home.warehouse} …")
            beside = _copied(home)
        else:
            progress(f"Copying what the run {night.run.run_id[:8]} knew …")
            beside = _prepared(home, settings, night)
        try:
            while_copying.close()
            progress(f"Computing the night of {night.as_of_date} under {settings_file} …")
            if is_short:
                _compute_segments(beside, settings, night)
            else:
                _run_whole_night(beside, night, progress)
            with (
                connect(beside, settings) as connection,
                _attached(connection, file),
            ):
                customers, schemes = moves_between(connection, night.as_of_date)
        finally:
            shutil.rmtree(beside.root, ignore_errors=True)
    return Preview(
        night.as_of_date,
        night.run.run_id,
        str(settings_file),
        settings.currency,
        changed,
        customers,
        schemes,
    )


def changed_settings(before: dict[str, Any], settings: Settings) -> tuple[Changed, ...]:
    """Return the settings that differ from those of a run, by their dotted names.

    A run of before a setting existed had its default.
    """
    # Those of an earlier version may not be valid any more; they are compared as they stand.
    with suppress(ValidationError):
        before = Settings.model_validate(before).model_dump(mode="json", exclude=NOT_OF_THE_NIGHT)
    then = _flat(before)
    now = _flat(settings.model_dump(mode="json", exclude=NOT_OF_THE_NIGHT))
    return tuple(
        Changed(name, then.get(name), now.get(name))
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    )


def _flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if name == "own_rules":
            for scheme in value:
                flat |= _rules_of(scheme)
        elif isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _rules_of(scheme: dict[str, Any]) -> dict[str, str]:
    """Return the conditions of an own scheme by segment, and the order of its segments."""
    name = f"own_rules.{scheme['scheme']}"
    rules = {f"{name}.{each['name']}": each["when"] for each in scheme["segments"]}
    rest = scheme.get("otherwise")
    segments = [*scheme["segments"], *([rest] if rest else [])]
    return {name: ", ".join(each["name"] for each in segments), **rules}


def _names(changed: tuple[Changed, ...], sections: tuple[str, ...]) -> list[str]:
    return [each.setting for each in changed if each.setting.split(".")[0] in sections]


def _refuse_what_cannot_be_seen(changed: tuple[Changed, ...]) -> None:
    names = _names(changed, _OF_LANDING)
    if names:
        raise InputError(
            f"`{'`, `'.join(names)}` cannot be previewed: what has landed was read under the "
            "former value. Try it on a copy: another STRATA_HOME, the same files in its landing/, "
            "and `strata run` there."
        )


def _published_night(home: Home, settings: Settings, published: Path) -> _Night:
    with opened(published, home, settings, read_only=True) as connection:
        [(run_id, as_of_date)] = connection.execute(
            "select run_id, as_of_date from marts.run_info"
        ).fetchall()
    with opened(home.warehouse, home, settings, read_only=True) as connection:
        run = find_run(known_runs(connection), run_id)
        stands_at = connection.execute("select run_id, as_of_date from ops.night").fetchall()
    return _Night(as_of_date, run, stands_at == [(run_id, as_of_date)])


def _copied(home: Home) -> Home:
    """Return a home with a copy of the warehouse; whoever calls holds the lock."""
    refuse_a_full_disk(home)
    beside = Home(home.rebuilds / f"{BUILDING}preview")
    beside.root.mkdir()
    try:
        for name in (home.warehouse.name, f"{home.warehouse.name}.wal"):
            if (home.root / name).exists():
                shutil.copyfile(home.root / name, beside.root / name)
    except BaseException:
        shutil.rmtree(beside.root, ignore_errors=True)
        raise
    return beside


def _prepared(home: Home, settings: Settings, night: _Night) -> Home:
    with opened(home.warehouse, home, settings, read_only=True) as connection:
        plan = plan_as_known_at(connection, home, settings, night.as_of_date, night.run.run_id)
    quiet = Settings.model_validate({**settings.model_dump(mode="json"), "alerts": {}})
    return prepare_beside(home, replace(plan, name="preview", settings=quiet))


def _compute_segments(beside: Home, settings: Settings, night: _Night) -> None:
    with connect(beside, settings) as connection:
        # A warehouse of an earlier version lacks tables that came since.
        create_ops_schema(connection)
        create_ml_schema(connection)
        write_night(connection, night.as_of_date, night.run.run_id, settings)
    with _same_environment():
        point_dbt_at(beside, settings)
        arguments = ["build", "--select", *_SEGMENTS]
        for resource_type in ("test", "unit_test"):
            arguments += ["--exclude-resource-type", resource_type]
        result = invoke(beside, arguments, parsed_manifest(beside))
    failed = [
        explain_result(item)
        for item in result.result.results  # type: ignore[union-attr]
        if str(item.status) in ("error", "skipped")
    ]
    if failed:
        raise StrataError(
            "The night cannot be computed under these settings, and nothing was changed. "
            + "; ".join(failed)
        )


def _run_whole_night(beside: Home, night: _Night, progress: Progress) -> None:
    run = run_beside(beside, night.as_of_date, UNPUBLISHED, progress)
    if not run.is_success:
        raise StrataError(f"Nothing was changed. {explain(run)}")


@contextmanager
def _same_environment() -> Iterator[None]:
    environment = dict(os.environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(environment)


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, published: Path) -> Iterator[None]:
    path = str(published).replace("'", "''")
    connection.execute(f"attach '{path}' as {PUBLISHED} (read_only)")
    try:
        yield
    finally:
        connection.execute(f"detach {PUBLISHED}")
