"""The samples by name."""

from collections.abc import Callable

from orchestration.errors import InputError
from orchestration.home import Home
from orchestration.samples.complete_journey import NAME as COMPLETE_JOURNEY
from orchestration.samples.complete_journey import land_complete_journey
from orchestration.samples.planted.home import land_planted
from orchestration.samples.planted.world import PlantedSpec

PLANTED = "planted"
SAMPLES = (COMPLETE_JOURNEY, PLANTED)


def land_sample(
    home: Home,
    name: str = COMPLETE_JOURNEY,
    *,
    spec: PlantedSpec | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> str:
    """Land a sample and a matching `strata.yml`, and say in a few lines what was done.

    `spec` belongs to the planted one, and only to that.

    Raises
    ------
    InputError
        For a sample that does not exist, options of another one, or a `strata.yml` made for other
        data; nothing is landed.
    """
    if name not in SAMPLES:
        raise InputError(f"There is no sample `{name}`. Samples: {', '.join(SAMPLES)}.")
    if name == PLANTED:
        return land_planted(home, spec or PlantedSpec(), progress)
    if spec is not None:
        raise InputError(
            f"The sample {name} is what it is: --customers, --days, --seed, --end and --overlap "
            f"belong to `strata sample {PLANTED}`."
        )
    return land_complete_journey(home)
