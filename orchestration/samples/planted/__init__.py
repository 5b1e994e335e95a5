"""A shop with known truth: every landing table, from a few customers to millions."""

from orchestration.samples.planted.planting import PlantedReport, write_next_day, write_planted
from orchestration.samples.planted.truth import expected_balance
from orchestration.samples.planted.world import PlantedSpec

__all__ = ["PlantedReport", "PlantedSpec", "expected_balance", "write_next_day", "write_planted"]
