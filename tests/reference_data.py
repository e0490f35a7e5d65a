"""The data that stand beside the project, in ../shared, and the marks of tests that need them."""

from pathlib import Path

import pytest

CAPTURES = Path(__file__).parents[2] / "shared" / "data" / "captures"
CASES = Path(__file__).parents[2] / "shared" / "data" / "query_cases.json"

needs_captures = pytest.mark.skipif(
    not CAPTURES.is_dir(), reason="the captured bodies (../shared/data/captures) are not here"
)
needs_cases = pytest.mark.skipif(
    not CASES.exists(), reason="the collected cases (../shared/data/query_cases.json) are not here"
)
