"""The sentences about a customer that SQL writes: one place, every language, nothing unsaid."""

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
from jinja2 import Environment, StrictUndefined

from models.vocabulary import LANGUAGES

MACROS = Path(__file__).parents[2] / "dbt_project" / "macros"
SCHEMES = MACROS.parent / "models" / "segments"


class UnknownError(Exception):
    """What dbt raises for a phrase that nobody declared."""


class Exceptions:
    @staticmethod
    def raise_compiler_error(message: str) -> None:
        raise UnknownError(message)


def values_returned(kind: str) -> Any:
    """Return what the macros `<scheme>_<kind>` hand to dbt's `return`, of every scheme."""
    returned: list[Any] = []
    for path in sorted((MACROS / "segments" / "phrases").glob("*.sql")):
        environment = Environment(undefined=StrictUndefined)  # noqa: S701
        module = environment.from_string(path.read_text(encoding="utf-8")).make_module(
            {"return": returned.append}
        )
        for name in vars(module):
            if name.endswith(f"_{kind}"):
                getattr(module, name)()
    return {key: value for each in returned for key, value in each.items()}


PHRASES = values_returned("phrases")
TERMS = values_returned("terms")


def phrases_of(scheme: str) -> dict[str, Any]:
    return {key: texts for key, texts in PHRASES.items() if key.split(".")[0] == scheme}


def said(key: str, values: dict[str, str], language: str) -> str:
    """Return the SQL of a phrase."""
    files = ("portable/raised.sql", "segments/numbers.sql", "segments/said.sql")
    source = "\n".join((MACROS / file).read_text(encoding="utf-8") for file in files)
    environment = Environment(extensions=["jinja2.ext.do"], undefined=StrictUndefined)  # noqa: S701
    module: Any = environment.from_string(source).make_module(
        {"phrases_of": phrases_of, "terms": lambda: TERMS, "exceptions": Exceptions}
    )
    return str(module.said(key, values, language))


def names_in(text: str) -> set[str]:
    return {re.split("[:@]", slot)[0] for slot in re.findall(r"\{(.*?)\}", text)}


def test_every_phrase_and_term_is_there_in_every_language() -> None:
    words = [word for kind in TERMS.values() for word in kind.values()]
    for texts in [*PHRASES.values(), *words]:
        assert tuple(texts) == LANGUAGES
        assert texts["en"].isascii()
        assert not texts["zh"].isascii()


def test_every_language_of_a_phrase_tells_the_same_values() -> None:
    for key, texts in PHRASES.items():
        assert len({frozenset(names_in(text)) for text in texts.values()}) == 1, key


def test_every_phrase_is_said_somewhere_and_nothing_else_is() -> None:
    files = [*SCHEMES.rglob("*.sql"), *(MACROS / "segments").glob("*.sql")]
    texts = [path.read_text(encoding="utf-8") for path in files]
    keys = {key for text in texts for key in re.findall(r"said\('([\w.]+)'", text)}
    assert keys == set(PHRASES)


def answer(key: str, values: dict[str, str], language: str) -> Any:
    """Return what DuckDB says of a phrase."""
    with duckdb.connect() as connection:
        row = connection.execute("select " + said(key, values, language)).fetchone()
    assert row is not None
    return row[0]


def test_a_phrase_is_said_in_the_language_of_the_night() -> None:
    values = {"score": "5", "days": "1"}
    assert answer("rfm.recency", values, "'en'") == "Recency score 5 of 5: last order 1 day ago"
    assert answer("rfm.recency", values, "'zh'") == "最近度评分5（满分5）：上次订单在1天前"


@pytest.mark.parametrize("language", ["'fr'", "null"])
def test_a_language_that_nobody_declared_stops(language: str) -> None:
    with pytest.raises(duckdb.Error, match="Nothing is said in this language"):
        answer("rfm.no_order", {}, language)


def test_a_phrase_that_nobody_declared_stops() -> None:
    with pytest.raises(UnknownError, match=r"rfm\.nonsense"):
        said("rfm.nonsense", {}, "'en'")


def test_a_code_without_a_word_stops_and_none_is_null() -> None:
    with pytest.raises(duckdb.Error, match="No word for a stage"):
        answer("lifecycle.no_order", {"stage": "'asleep'"}, "'zh'")
    assert answer("lifecycle.no_order", {"stage": "cast(null as varchar)"}, "'zh'") is None
