"""How `/about` tells of the sites."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from bot.clock import SYSTEM_CLOCK
from bot.sites import CATALOGUE, SiteStatus
from bot.ui.answers import instant
from bot.ui.guide import site_line

LATER = datetime.now(UTC) + timedelta(hours=1)
UP = SiteStatus(CATALOGUE["twibooru"], ok=True, until=None, reason="")


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (UP, "up"),
        (structs.replace(UP, asked=False), "not asked yet"),
        (
            structs.replace(UP, ok=False, reason="Its last answer failed. It was silent."),
            "Its last answer failed. It was silent.",
        ),
        (
            structs.replace(UP, ok=False, until=LATER, reason="Enough."),
            f"resting, back {instant(LATER)}. Enough.",
        ),
    ],
    ids=["up", "not asked", "failed", "resting"],
)
def test_a_site_is_told_as_it_is_known_to_be(status: SiteStatus, says: str) -> None:
    assert site_line(status, SYSTEM_CLOCK) == f"**Twibooru**: {says}"
