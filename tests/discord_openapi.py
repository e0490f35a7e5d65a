"""Discord's own OpenAPI description, where it lies beside the project, as a check of requests."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

FILE = Path(__file__).parents[2] / "shared" / "data" / "discord-openapi.json"
_ROOT = "urn:discord"


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return document


@cache
def _registry() -> Registry[Any]:
    resource = DRAFT202012.create_resource(_document())
    return cast("Registry[Any]", Registry().with_resource(_ROOT, resource))


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Return the paths with a pattern each, those with fewer placeholders first."""
    paths = sorted(_document()["paths"], key=lambda path: path.count("{"))
    return [
        (re.compile(re.sub(r"\\\{[^/]+?\\\}", "[^/]+", re.escape(path))), path) for path in paths
    ]


@cache
def _validator(method: str, path: str) -> Draft202012Validator | None:
    content = _document()["paths"][path][method].get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return None
    # Not copied out of the document: its references are relative to the document's root.
    pointer = "/".join(
        part.replace("~", "~0").replace("/", "~1")
        for part in ("paths", path, method, "requestBody", "content", "application/json", "schema")
    )
    return Draft202012Validator({"$ref": f"{_ROOT}#/{pointer}"}, registry=_registry())


def request_problems(method: str, path: str, body: object) -> list[str]:
    """Check the JSON body of a request to Discord's API; `path` is without version and query.

    KeyError where the description has no such route.
    """
    for pattern, known in _patterns():
        if pattern.fullmatch(path) and method.lower() in _document()["paths"][known]:
            return list(_problems(method.lower(), known, json.dumps(body)))
    raise KeyError(f"{method} {path}")


@cache
def _problems(method: str, path: str, text: str) -> tuple[str, ...]:
    """Check a body once: the tree of commands is the same in nearly every test, and large."""
    validator = _validator(method, path)
    if validator is None:
        return ()
    return tuple(
        f"{method} {path}: {(best_match([error]) or error).message[:300]}"
        for error in validator.iter_errors(json.loads(text))
    )
