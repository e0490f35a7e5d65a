"""docs/api-coverage.md names every documented route with its method and its test."""

import inspect

import pytest

from bot.catalogue import CATALOGUE
from bot.sites.api import CLIENTS, ROUTES
from tests.sites.coverage_table import (
    DOCUMENTS,
    LEFT_OUT,
    PAGE,
    SEEDS,
    Document,
    documented,
    find_tests,
    main,
    page,
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.site)
def test_the_routes_are_those_of_the_document(document: Document) -> None:
    if not SEEDS.exists():
        pytest.skip("the sites' documents (../shared/seeds) are not here")
    text = (SEEDS / document.file).read_text(encoding="utf-8")
    known = {
        route.title for route in ROUTES[CATALOGUE[document.site].family] if route.documented
    } | {title for site, title in LEFT_OUT if site == document.site}
    assert documented(document, text) == known


@pytest.mark.parametrize("family", ROUTES)
def test_every_route_has_a_method_and_a_test(family: str) -> None:
    tests = find_tests(family)  # type: ignore[arg-type]
    for route in ROUTES[family]:  # type: ignore[index]
        method = getattr(CLIENTS[family], route.call, None)  # type: ignore[index]
        assert inspect.iscoroutinefunction(method), route.title
        assert route.call in tests, route.title


def test_the_page_is_up_to_date() -> None:
    assert main(["--check"]) == 0
    assert "**none**" not in page()


def test_every_route_is_a_row_that_begins_with_method_and_path() -> None:
    rows = PAGE.read_text(encoding="utf-8").splitlines()
    for document in DOCUMENTS:
        for route in ROUTES[CATALOGUE[document.site].family]:
            assert any(row.startswith(f"| {route.title} |") for row in rows), route.title
    assert "| GET /oembed.xml | XML not implemented" in PAGE.read_text(encoding="utf-8")
