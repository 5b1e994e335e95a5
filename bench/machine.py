"""What the benchmark ran on."""

import os
import platform
from importlib import metadata

PACKAGES = ("dagster", "dbt-core", "dbt-duckdb", "duckdb", "numpy", "pandas", "scikit-learn")


def machine_facts() -> dict[str, object]:
    """Return cores, memory in bytes, load before the start, and versions."""
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "load_average_before": os.getloadavg()[0],
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in PACKAGES},
    }
