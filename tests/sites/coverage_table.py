"""Write docs/api-coverage.md: each documented route, who asks for it here, and what tests that.

`python -m tests.sites.coverage_table` writes the page; with `--check` it only says whether the
page is up to date. A route's test is the first test function of its family's files that calls
the client's method, or has it in a table of calls.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bot.catalogue import CATALOGUE, Family
from bot.sites.api import CLIENTS, ROUTES
from bot.sites.routes import Route

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "api-coverage.md"
SEEDS = HERE.parents[2] / "shared" / "seeds"


class Document(NamedTuple):
    """One site's document: its file among the seeds, and how routes are written in it."""

    site: str
    file: str
    pattern: re.Pattern[str]
    """Finds method and path; a path alone is a GET."""


#: In the order of the seeds. A path ends where the next word was run into it.
DOCUMENTS = (
    Document(
        "ponyaggregate",
        "000_660a7627cb1d4b82.txt",
        re.compile(r"(POST|PUT|DELETE)\s+(?:https://[a-z.]+)?(/api/(?:[a-z/]|\[[a-z]+\])+)"),
    ),
    Document(
        "ponybooru",
        "001_7062fea1087280a8.txt",
        re.compile(r"^(GET|POST) (/api/[\w/:]+)", re.MULTILINE),
    ),
    Document(
        "ponyapi", "002_ff131306bc1547d5.txt", re.compile(r"^[^:\n]+: ()(/api/\S+)$", re.MULTILINE)
    ),
    Document(
        "derpibooru",
        "003_19ce645117518af6.txt",
        re.compile(r"^(GET|POST) (/api/[\w/:]+)", re.MULTILINE),
    ),
    Document(
        "twibooru",
        "004_41d8242c45c7e951.txt",
        re.compile(r"^(GET) \|\n(/api/[\w/:]+)|\s()(/(?:oembed|posts/watched)\.\w+)", re.MULTILINE),
    ),
)
INTRODUCTION = (
    "Every route that the five documents list, in their own spelling; then those that the "
    "servers have besides. Written by `python -m tests.sites.coverage_table`; a test fails "
    "where a route has no method or no test, or this page is not up to date. Tests are in "
    "`tests/sites`."
)
#: Documented routes that nothing here asks for, and why.
LEFT_OUT = {
    ("twibooru", "GET /oembed.xml"): "XML not implemented: `GET /oembed.json` says the same"
}


def documented(document: Document, text: str) -> set[str]:
    """Return the routes that a document names, as `GET /path`."""
    found = set()
    for match in document.pattern.finditer(text):
        method, path = [group for group in match.groups() if group is not None]
        found.add(f"{method or 'GET'} {path.rstrip('/')}")
    return found


def tests_of(family: Family) -> Iterator[tuple[str, str, int]]:
    """Yield the methods that the tests of a family's clients call, with test and line."""
    for path in sorted(HERE.glob(f"test_{family}*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            named = getattr(node, "name", "")
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and named.startswith(
                "test_"
            ):
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
                        yield inner.func.attr, f"{path.name}::{named}", node.lineno
                    if isinstance(inner, ast.Subscript) and ast.unparse(inner.value) == "CALLS":
                        for call in calls_of(tree):
                            yield call, f"{path.name}::{named}[{call.replace('_', '-')}]", 0


def calls_of(tree: ast.Module) -> Iterator[str]:
    """Yield the methods in a file's table of calls."""
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "CALLS":
            assert isinstance(node.value, ast.Dict)
            yield from (str(key.value) for key in node.value.keys if isinstance(key, ast.Constant))


def find_tests(family: Family) -> dict[str, str]:
    """Return the first test of each method of a family's client."""
    found: dict[str, str] = {}
    for call, test, _line in tests_of(family):
        found.setdefault(call, test)
    return found


def row(route: Route, family: Family, tests: dict[str, str]) -> str:
    """Return one row of the table."""
    client = CLIENTS[family]
    method = f"`{client.__module__.removeprefix('bot.')}.{client.__name__}.{route.call}`"
    return f"| {route.title} | {method} | {cell(tests.get(route.call))} |"


def cell(test: str | None) -> str:
    """Return a test's place as a cell."""
    return f"`{test}`" if test else "**none**"


def page() -> str:
    """Return the whole page."""
    lines = [
        "# What is covered of the sites' APIs",
        "",
        INTRODUCTION,
    ]
    for document in DOCUMENTS:
        site = CATALOGUE[document.site]
        tests = find_tests(site.family)
        lines += ["", f"## {site.title}", "", "| Route | Client method | Test |", "|---|---|---|"]
        lines += [
            row(route, site.family, tests) for route in ROUTES[site.family] if route.documented
        ]
        lines += [
            f"| {title} | {why} | |" for (name, title), why in LEFT_OUT.items() if name == site.name
        ]
    lines += ["", "## In no document, on every Philomena board", ""]
    lines += ["| Route | Client method | Test |", "|---|---|---|"]
    tests = find_tests("philomena")
    lines += [
        row(route, "philomena", tests) for route in ROUTES["philomena"] if not route.documented
    ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` say whether it is what it should be."""
    made = page()
    if "--check" not in arguments:
        PAGE.write_text(made, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == made:
        return 0
    print(f"{PAGE} is not up to date: python -m tests.sites.coverage_table", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
