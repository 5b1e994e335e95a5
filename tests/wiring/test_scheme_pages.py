"""The pages of the schemes: what is committed is what the project says of itself."""

from orchestration.scheme_pages import PAGES, pages
from orchestration.scheme_registry import registered_schemes


def test_the_committed_pages_are_the_ones_that_would_be_written() -> None:
    """Write them anew with `make docs`."""
    committed = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    assert committed == pages()


def test_every_built_scheme_has_a_page_that_tells_segments_settings_and_uses() -> None:
    texts = pages()
    for scheme in registered_schemes():
        assert (f"{scheme.scheme}.md" in texts) == scheme.is_built
        if not scheme.is_built:
            continue
        page = texts[f"{scheme.scheme}.md"]
        assert scheme.allowed_use in page
        assert scheme.allowed_use_zh in page
        assert page.count("- To do: ") >= 1
        for part in ("Definition", "What it takes", "Settings", "Segments", "Allowed use"):
            assert f"\n## {part}\n\n" in page


def test_settings_are_told_by_their_names_in_strata_yml_with_their_defaults() -> None:
    page = pages()["rfm.md"]
    assert "| `rfm.window_days` | `365` | Days of orders that count" in page
    assert page.count("`rfm.frequency_cuts`") == 1
    assert '| `relationship` | `"non_contractual"` |' in pages()["lifecycle.md"]


def test_what_a_scheme_may_not_be_used_for_is_told_in_codes_that_are_known() -> None:
    known = {
        "automated_decision",
        "credit_offer",
        "individual_price",
        "insurance_offer",
        "marketing",
    }
    forbidden = {scheme.scheme: set(scheme.forbidden_uses) for scheme in registered_schemes()}
    assert set().union(*forbidden.values()) == known
    assert forbidden["price_sensitivity"] == {"individual_price"}
    for protected in ("credit_risk", "demographic", "psychographic"):
        assert "credit_offer" in forbidden[protected]
    for scheme in registered_schemes():
        # Whatever is refused in codes is refused in words.
        assert bool(scheme.forbidden_uses) == ("Not for" in scheme.allowed_use)
        assert ("marketing" in scheme.forbidden_uses) == ("marketing" not in scheme.allowed_use)
