"""A night made again from raw, in a home of its own beside the live one."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import dagster as dg
import yaml

from orchestration.definitions import build_definitions
from orchestration.errors import InputError, StrataError
from orchestration.home import Home
from orchestration.jobs import NIGHTLY
from orchestration.lock import hold_the_warehouse
from orchestration.night import NightRun, Progress, choose_night, run_night
from orchestration.ops_tables import hold_time_zone
from orchestration.rebuild_copy import copy_what_is_known, live_attached
from orchestration.rebuild_models import copy_models, replay_registry
from orchestration.rebuild_plan import RebuildPlan, plan_as_known_at, plan_as_known_now
from orchestration.settings import Settings
from orchestration.warehouse import connect

BUILDING, _REPLACED = ".building-", ".replaced-"
# A rebuilt warehouse and what is published of it, against the size of the live warehouse.
_ROOM = 2.0
_GIB = 1024**3


@dataclass(frozen=True)
class Rebuilt:
    """A rebuilt night: its own home, its run, and what a person has to know of it."""

    home: Home
    run: NightRun
    notes: tuple[str, ...]


def rebuild(
    home: Home,
    settings: Settings,
    as_of_date: date,
    *,
    known_at: str | None,
    wait_seconds: float,
    progress: Progress,
) -> Rebuilt:
    """Rebuild a night from all rows known now, or from those that a run knew.

    The live warehouse is held only while raw is copied, and nothing of it changes. What was rebuilt
    before under the same name is replaced once the new one is whole.

    Raises
    ------
    InputError
        If the night cannot be run, the run is unknown, or what it knew was taken back since.
    BusyError
        If another process writes, or rebuilds.
    """
    refuse_nothing_loaded(home)
    what = f"`strata rebuild` of {as_of_date}"
    with ExitStack() as rest, ExitStack() as while_copying:
        while_copying.enter_context(hold_the_warehouse(home, what, wait_seconds=wait_seconds))
        rest.enter_context(one_at_a_time(home, what, wait_seconds=wait_seconds))
        plan = _plan(home, settings, as_of_date, known_at)
        progress(f"Copying what is known from {home.warehouse} …")
        beside = prepare_beside(home, plan)
        while_copying.close()
        try:
            run = run_beside(beside, as_of_date, NIGHTLY, progress)
            final = Home(home.rebuilds / plan.name)
            if run.is_success:
                _put_in_place(beside.root, final.root)
        finally:
            shutil.rmtree(beside.root, ignore_errors=True)
    return Rebuilt(final, run, plan.notes)


def refuse_nothing_loaded(home: Home) -> None:
    """Raise if there is no warehouse to take raw from."""
    if not home.warehouse.exists():
        raise InputError(f"Nothing has been loaded in {home.root} yet: run a night first.")


@contextmanager
def one_at_a_time(home: Home, what: str, *, wait_seconds: float) -> Iterator[None]:
    """Hold the folder of rebuilds, after clearing what a killed rebuild left there."""
    with hold_the_warehouse(Home(home.rebuilds), what, wait_seconds=wait_seconds):
        for left in home.rebuilds.iterdir():
            if left.name.startswith((BUILDING, _REPLACED)):
                shutil.rmtree(left)
        yield


def prepare_beside(home: Home, plan: RebuildPlan) -> Home:
    """Make a home with the plan's raw rows, other nights, models and settings.

    Raises
    ------
    StrataError
        If the disk has too little room.
    InputError
        If business days were cut by another time zone than the plan's, or the model that the night
        is to be scored with is missing or was changed.
    """
    refuse_a_full_disk(home)
    beside = Home(home.rebuilds / f"{BUILDING}{plan.name}")
    beside.root.mkdir()
    try:
        values = json.loads(plan.settings.model_dump_json())
        beside.settings_file.write_text(
            "# The settings under which this night was rebuilt.\n" + yaml.safe_dump(values),
            encoding="utf-8",
        )
        with (
            connect(beside, plan.settings) as connection,
            live_attached(connection, home.warehouse),
        ):
            copy_what_is_known(connection, plan.copy)
            hold_time_zone(connection, plan.settings.time_zone)
            copy_models(connection, home.models, beside.models, plan.copy.as_of_date)
            if not plan.copy.has_later_nights:
                replay_registry(connection, home.models, plan.copy.as_of_date)
        # What is done for a segment is no part of a night's data: it is that of now.
        if home.playbook_file.exists():
            shutil.copyfile(home.playbook_file, beside.playbook_file)
        lineage = home.dbt / "column_lineage.json"
        if lineage.exists():
            beside.dbt.mkdir()
            shutil.copyfile(lineage, beside.dbt / lineage.name)
    except BaseException:
        shutil.rmtree(beside.root, ignore_errors=True)
        raise
    return beside


def run_beside(beside: Home, as_of_date: date, job_name: str, progress: Progress) -> NightRun:
    """Run a night in its own home; its run history is not kept, nor does this process move there.

    It may run within a step of a live run, so nothing of the environment may stay changed.
    """
    environment = dict(os.environ)
    try:
        with dg.DagsterInstance.ephemeral() as instance:
            definitions = build_definitions(beside)
            return run_night(beside, instance, definitions, as_of_date, job_name, progress)
    finally:
        os.environ.clear()
        os.environ.update(environment)


def _plan(home: Home, settings: Settings, as_of_date: date, known_at: str | None) -> RebuildPlan:
    choose_night(home, settings, as_of_date)
    if known_at is None:
        return plan_as_known_now(home, settings, as_of_date)
    with connect(home, settings) as connection:
        return plan_as_known_at(connection, home, settings, as_of_date, known_at)


def refuse_a_full_disk(home: Home) -> None:
    """Raise if there is no room for a second warehouse and what is made of it."""
    needed = home.warehouse.stat().st_size * _ROOM
    free = shutil.disk_usage(home.root).free
    if free < needed:
        raise StrataError(
            f"A rebuild needs about {needed / _GIB:.1f} GiB below {home.rebuilds}, and "
            f"{free / _GIB:.1f} GiB are free. Make room, for example by deleting rebuilds that are "
            "no longer needed."
        )


def _put_in_place(built: Path, final: Path) -> None:
    """Swap a whole rebuild for the one of the same name, if there is one."""
    shutil.rmtree(built / "dbt", ignore_errors=True)
    if final.exists():
        replaced = final.with_name(f"{_REPLACED}{final.name}")
        final.rename(replaced)
        built.rename(final)
        shutil.rmtree(replaced)
    else:
        built.rename(final)
