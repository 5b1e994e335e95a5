"""The behaviour model: everything that was learned together, stored and applied together."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from models.drift import TrainingReference
from models.fitting import Method
from models.matching import Descent
from models.naming import SegmentName
from models.transforms import Scaler
from models.verdict import Verdict

FORMAT = 2
"""Of the stored content; raised when its meaning changes."""
FIRST_FORMAT = 1
"""Without method, verdict and separation; still read."""


@dataclass(frozen=True)
class Segment:
    """One learned segment.

    `centre` is in scaled units, in the order of the scaler's features; `customer_share` is that
    of the training population; `successor_of` names the older segment it came from, if any.
    """

    segment_id: str
    centre: tuple[float, ...]
    customer_share: float
    successor_of: str | None
    name: SegmentName


@dataclass(frozen=True)
class BehaviourModel:
    """A scaler, the centres in its space, and what the segments around them are called.

    Attributes
    ----------
    trained_on : the night whose features were learned from; no earlier night is scored.
    population : customers in the training population.
    segments : sorted by id.
    silhouette : in [-1, 1], stability : worst cluster's, in [0, 1]; see `selection`.
    separation : of the next 90 days' spend on a past night, at most 1; null without one.
    agreement_with_previous : Adjusted Rand index with `previous_model_id` on these customers.
    verdict : `natural` or `reproducible`, with `none` there is no model; null in the first format.
    method : by which the centres were found.
    reference : what drift is measured against; null in models of before it was measured.
    descents : what became of the ids of this and the previous model.
    format : of the stored content, by which the id is reckoned.
    """

    trained_on: date
    population: int
    random_state: int
    scaler: Scaler
    segments: tuple[Segment, ...]
    silhouette: float
    stability: float
    separation: float | None
    agreement_with_previous: float | None
    previous_model_id: str | None
    verdict: Verdict | None
    method: Method
    reference: TrainingReference | None = None
    descents: tuple[Descent, ...] = ()
    format: int = FORMAT

    @property
    def n_clusters(self) -> int:
        return len(self.segments)

    @property
    def segment_ids(self) -> list[str]:
        return [segment.segment_id for segment in self.segments]

    @property
    def centres(self) -> npt.NDArray[np.float64]:
        return np.array([segment.centre for segment in self.segments], dtype=np.float64)

    @cached_property
    def model_id(self) -> str:
        """`behaviour-` and 12 hex digits of the content's sha256: same content, same id."""
        return f"behaviour-{hashlib.sha256(self.to_json()).hexdigest()[:12]}"

    def to_json(self) -> bytes:
        """Return the whole content as canonical JSON; doubles come back bit for bit."""
        content: dict[str, Any] = {
            "format": self.format,
            "trained_on": self.trained_on.isoformat(),
            "population": self.population,
            "random_state": self.random_state,
            "scaler": self.scaler.to_dict(),
            "segments": [
                {
                    "segment_id": segment.segment_id,
                    "centre": list(segment.centre),
                    "customer_share": segment.customer_share,
                    "successor_of": segment.successor_of,
                    # What a model of before does not tell is absent: it keeps its id.
                    "name": {
                        column: told
                        for column, told in segment.name.to_dict().items()
                        if told is not None
                    },
                }
                for segment in self.segments
            ],
            "silhouette": self.silhouette,
            "stability": self.stability,
            "agreement_with_previous": self.agreement_with_previous,
            "previous_model_id": self.previous_model_id,
            "verdict": self.verdict,
        }
        # Absent where there is none: a model of before keeps its content, and so its id.
        if self.format > FIRST_FORMAT:
            content |= {"separation": self.separation, "method": self.method}
        if self.reference is not None:
            content["reference"] = self.reference.to_dict()
        if self.descents:
            content["descents"] = [descent.to_dict() for descent in self.descents]
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1)
        return (text + "\n").encode()

    @classmethod
    def from_json(cls, text: bytes) -> "BehaviourModel":
        """Return the model that `to_json` wrote.

        Raises
        ------
        ValueError
            If the content has another format.
        """
        content: Mapping[str, Any] = json.loads(text)
        found = content.get("format")
        if found not in (FIRST_FORMAT, FORMAT):
            raise ValueError(
                f"The model has format {found}; this version reads {FIRST_FORMAT} and {FORMAT}."
            )
        return cls(
            trained_on=date.fromisoformat(content["trained_on"]),
            population=content["population"],
            random_state=content["random_state"],
            scaler=Scaler.from_dict(content["scaler"]),
            segments=tuple(
                Segment(
                    segment_id=item["segment_id"],
                    centre=tuple(item["centre"]),
                    customer_share=item["customer_share"],
                    successor_of=item["successor_of"],
                    name=SegmentName(**item["name"]),
                )
                for item in content["segments"]
            ),
            silhouette=content["silhouette"],
            stability=content["stability"],
            separation=content.get("separation"),
            agreement_with_previous=content["agreement_with_previous"],
            previous_model_id=content["previous_model_id"],
            verdict=content["verdict"],
            # Before other methods were tried, all were of k-means.
            method=content.get("method", "kmeans"),
            reference=(
                TrainingReference.from_dict(content["reference"])
                if "reference" in content
                else None
            ),
            descents=tuple(Descent.from_dict(item) for item in content.get("descents", [])),
            format=found,
        )
