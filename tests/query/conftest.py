"""The collected cases of the search language, where they stand beside the project."""

import json
from typing import Any

import pytest

from tests.reference_data import CASES


@pytest.fixture(scope="session")
def collected() -> dict[str, Any]:
    """The whole file: `cases`, `match_documents`, `alias_map`."""
    if not CASES.exists():
        pytest.skip("the collected cases (../shared/data/query_cases.json) are not here")
    loaded: dict[str, Any] = json.loads(CASES.read_text(encoding="utf-8"))
    return loaded
