"""The account's own schemes: named conditions over customers, in order of priority."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import Field, field_validator, model_validator

from orchestration.customer_base import (
    allowed_use_of,
    allowed_use_zh_of,
    customer_base_codes,
    customer_base_columns,
    forbidden_uses_of,
)
from orchestration.rule_predicates import Predicate, read_predicate
from orchestration.scheme_registry import registered_schemes
from orchestration.scheme_settings import Section

_NAME = r"^[a-z][a-z0-9_]{0,39}$"
# Ids and words that mean something else already.
_TAKEN_SCHEMES = {"entry", "own_rules"}
_TAKEN_IDS = {"not_available"}

COLUMNS: dict[str, str] = {
    "scheme": "varchar not null",
    "allowed_use": "varchar not null",
    "allowed_use_zh": "varchar not null",
    "forbidden_uses": "varchar not null",
    "place": "integer not null",
    "segment_id": "varchar not null",
    "segment_name": "varchar not null",
    "segment_name_zh": "varchar not null",
    "description": "varchar",
    "description_zh": "varchar",
    "rule_text": "varchar not null",
    "rule_text_zh": "varchar not null",
    "recommended_action": "varchar",
    "recommended_action_zh": "varchar",
    "predicate": "varchar",
    "looks_at": "varchar not null",
}
"""Columns of `ops.own_rules`, through which the rules reach SQL: one row per segment.

`place` is the priority, 1 the first; `predicate` is null for everybody else; `looks_at` lists the
columns of the condition.
"""


class NamedSegment(Section):
    """A segment's names and words; what is not said in Chinese is said in English."""

    name: str = Field(min_length=1, max_length=60, description="As people say it")
    id: str | None = Field(
        None,
        pattern=_NAME,
        description="Its part of the segment id; default: the name in snake_case",
    )
    name_zh: str | None = Field(None, max_length=60, description="The name in Chinese")
    description: str | None = Field(None, description="Who they are, in a sentence")
    description_zh: str | None = Field(None, description="The same in Chinese")
    recommended_action: str | None = Field(None, description="What to do about them")
    recommended_action_zh: str | None = Field(None, description="The same in Chinese")

    @property
    def short_id(self) -> str:
        """The id within the scheme; empty if the name has no Latin letter and no id is given."""
        return self.id or re.sub(r"[^a-z0-9]+", "_", self.name.lower()).strip("_")


class OwnSegment(NamedSegment):
    """A segment by a condition."""

    when: str = Field(description="An SQL condition over the columns of `customer_base`")

    @field_validator("when")
    @classmethod
    def _is_sound(cls, condition: str) -> str:
        _predicate(condition)
        return condition

    @property
    def predicate(self) -> Predicate:
        return _predicate(self.when)


class OwnScheme(Section):
    """Segments of which a customer has the first whose condition holds."""

    scheme: str = Field(pattern=_NAME, description="Name of the scheme, the first part of its ids")
    description: str | None = Field(
        None, description="What it is for, where a segment says nothing"
    )
    segments: tuple[OwnSegment, ...] = Field(
        min_length=1, max_length=50, description="In order of priority: the first match wins"
    )
    otherwise: NamedSegment | None = Field(
        None, description="Everybody else; without it they are in none of its segments"
    )

    @field_validator("scheme")
    @classmethod
    def _is_free(cls, scheme: str) -> str:
        taken = {each.scheme for each in registered_schemes()} | _TAKEN_SCHEMES
        if scheme in taken:
            raise ValueError(
                f"`{scheme}` is a scheme of Strata's own; any name is free but "
                f"{', '.join(sorted(taken))}"
            )
        return scheme

    @field_validator("otherwise", mode="before")
    @classmethod
    def _name_alone_will_do(cls, rest: Any) -> Any:
        return {"name": rest} if isinstance(rest, str) else rest

    @model_validator(mode="after")
    def _ids_differ(self) -> "OwnScheme":
        seen: dict[str, str] = {}
        for segment in self.named:
            short = segment.short_id
            if not re.match(_NAME, short) or short in _TAKEN_IDS:
                raise ValueError(
                    f"the segment `{segment.name}` gets no id from its name; give it an `id:` of "
                    "small letters, digits and _, the first a letter, at most 40, not "
                    f"{', '.join(_TAKEN_IDS)}"
                )
            if short in seen:
                raise ValueError(
                    f"the segments `{seen[short]}` and `{segment.name}` have the same id "
                    f"`{short}`; give one another name, or an `id:` of its own"
                )
            seen[short] = segment.name
        return self

    @property
    def named(self) -> tuple[NamedSegment, ...]:
        """All segments in order of priority, everybody else the last."""
        return (*self.segments, *((self.otherwise,) if self.otherwise else ()))

    def segment_id(self, segment: NamedSegment) -> str:
        return f"{self.scheme}.{segment.short_id}"

    @property
    def looked_at(self) -> frozenset[str]:
        """The columns of all its rules, from which follows what its segments may be used for."""
        return frozenset(name for segment in self.segments for name in segment.predicate.columns)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows of `ops.own_rules`, in order of priority."""
        for place, segment in enumerate(self.named, start=1):
            rule = segment.predicate if isinstance(segment, OwnSegment) else None
            description = segment.description or self.description
            yield {
                "scheme": self.scheme,
                "allowed_use": allowed_use_of(self.looked_at),
                "allowed_use_zh": allowed_use_zh_of(self.looked_at),
                "forbidden_uses": forbidden_uses_of(self.looked_at),
                "place": place,
                "segment_id": self.segment_id(segment),
                "segment_name": segment.name,
                "segment_name_zh": segment.name_zh or segment.name,
                "description": description,
                "description_zh": segment.description_zh or description,
                "rule_text": rule.text if rule else "None of the other rules.",
                "rule_text_zh": rule.text if rule else "不符合其他任何规则。",
                "recommended_action": segment.recommended_action,
                "recommended_action_zh": segment.recommended_action_zh
                or segment.recommended_action,
                "predicate": rule.sql if rule else None,
                "looks_at": ",".join(rule.columns) if rule else "",
            }


def refuse_two_of_a_name(schemes: tuple[OwnScheme, ...]) -> tuple[OwnScheme, ...]:
    """Return the schemes, or raise if two have the same name."""
    names = [each.scheme for each in schemes]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(
            f"there are two schemes named {', '.join(twice)}; put the segments of one below the "
            "other's, in order of priority"
        )
    return schemes


@lru_cache(maxsize=1000)
def _predicate(condition: str) -> Predicate:
    return read_predicate(condition, customer_base_columns(), customer_base_codes())
