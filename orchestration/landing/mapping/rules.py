"""The rules of one landing column, one condition on rows: how they are written in `strata.yml`."""

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from orchestration.landing.mapping.formula import Formula, parse_formula
from orchestration.scheme_settings.section import Section

_SOURCES = ("column", "first", "value", "formula", "share", "pseudonym", "number")


class ColumnRule(Section):
    """Where the values of one landing column come from; exactly one source."""

    column: str | None = Field(None, description="A column of the export")
    first: tuple[str, ...] = Field((), description="Columns, the first of which that has a value")
    value: str | None = Field(None, description="The same value in every row")
    formula: str | None = Field(None, description="`[a column] * [another | 0] - landing_column`")
    share: str | None = Field(
        None, description="A column given once an order, shared out over its rows by `by`"
    )
    by: str | None = Field(None, description="The formula of a row's weight for `share`")
    pseudonym: tuple[str, ...] = Field(
        (), description="Columns, of the first with a value the salted hash: an id from an e-mail"
    )
    number: Literal["row_of_order"] | None = Field(
        None, description="The row's number within its order"
    )
    values: dict[str, str] | None = Field(
        None, description="What values become; capitals do not count"
    )
    otherwise: str | None = Field(None, description="What values that are not listed become")
    dates: str | None = Field(None, description="As `dates` of the mapping, for this column")
    prefix: str | None = Field(None, description="Written before every value")

    @model_validator(mode="before")
    @classmethod
    def _a_text_is_a_column(cls, rule: Any) -> Any:
        return {"column": rule} if isinstance(rule, str) else rule

    @field_validator("formula", "by")
    @classmethod
    def _can_be_read(cls, text: str | None) -> str | None:
        if text is not None:
            parse_formula(text)
        return text

    @model_validator(mode="after")
    def _has_one_source(self) -> "ColumnRule":
        given = [name for name in _SOURCES if getattr(self, name)]
        if len(given) != 1:
            raise ValueError(f"needs exactly one of {', '.join(_SOURCES)}; has {len(given)}")
        if (self.share is None) != (self.by is None):
            raise ValueError("`share` and `by` belong together")
        if self.by is not None and parse_formula(self.by).earlier:
            raise ValueError("`by` may name columns of the export only, in brackets")
        return self

    @property
    def parsed(self) -> Formula | None:
        """The formula, or that of the weight."""
        text = self.formula or self.by
        return parse_formula(text) if text else None

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of the export that the rule looks at."""
        single = [name for name in (self.column, self.share) if name]
        formula = self.parsed.columns if self.parsed else ()
        return (*single, *self.first, *self.pseudonym, *formula)


class RowCondition(Section):
    """What must be true of a row for it to be taken; capitals and outer spaces do not count."""

    column: str = Field(description="A column of the export")
    one_of: tuple[str, ...] = Field((), description="Its value is one of these")
    none_of: tuple[str, ...] = Field((), description="Its value is none of these")
    is_given: bool | None = Field(None, description="Whether it has a value")
    is_nonzero: bool | None = Field(None, description="Whether it has a value other than 0")

    @model_validator(mode="after")
    def _says_one_thing(self) -> "RowCondition":
        said = [self.one_of, self.none_of, self.is_given is not None, self.is_nonzero is not None]
        if sum(map(bool, said)) != 1:
            raise ValueError("needs exactly one of one_of, none_of, is_given, is_nonzero")
        return self
