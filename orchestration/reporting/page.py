"""One self-contained HTML page of the published night, and the index of all nights."""

from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from orchestration.publishing import durable
from orchestration.reporting.content import page_content
from orchestration.reporting.nights import INDEX_NAME, index_rows, link_neighbours, pages_in
from orchestration.reporting.reading import read_figures
from orchestration.reporting.wording import wording

LATEST_NAME = "latest.html"

MATRIX_DAYS = 365
"""How far back the migration matrix looks unless told otherwise."""


def render_report(
    serving_file: Path,
    target: Path,
    language: str,
    *,
    currency: str | None = None,
    matrix_days: int = MATRIX_DAYS,
) -> Path:
    """Draw the page of the night that a serving file holds, and make it `latest.html` too.

    The index of all nights is drawn anew, and the pages of the nights beside lead to this one.

    Parameters
    ----------
    serving_file
        A published DuckDB file; only schema `marts` is read.
    target
        Where the page goes; swapped in whole.
    language
        `en` or `zh`.
    currency
        ISO code of the account's currency; amounts stand without one if it is not known.
    matrix_days
        How far back, in days, the migration matrix looks for its first night.

    Returns
    -------
    Path
        `target`.
    """
    words = wording(language, currency)
    figures = read_figures(serving_file, matrix_days=matrix_days)
    folder = target.parent
    folder.mkdir(parents=True, exist_ok=True)
    environment = _environment()
    page = environment.get_template("report.html.j2").render(
        **page_content(figures, words, pages_in(folder))
    )
    durable.write_text(target, page)
    durable.write_text(target.with_name(LATEST_NAME), page)
    link_neighbours(folder, figures.as_of_date)
    rows = index_rows(figures, pages_in(folder), words)
    index = environment.get_template("index.html.j2").render(words=words, rows=rows)
    durable.write_text(folder / INDEX_NAME, index)
    return target


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("orchestration.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
