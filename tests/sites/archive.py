"""Clients of the simulated PonyAggregate, and what tests send it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from bot.clock import SYSTEM_CLOCK
from bot.demo.sites import SimulatedSites
from bot.demo.sites.keys import PONYAGGREGATE_KEY
from bot.sites import (
    PonyAggregate,
    Sites,
    Transport,
)
from bot.sites.ponyaggregate import (
    NewSubmissionList,
    Rating,
    Submission,
    SubmissionType,
)

UUID = "0b6f3c52-7a55-4d8e-9d7e-8a1f6f0f5a11"
PMV = Submission(
    name="Beat It PMV",
    description="A video.",
    tags=("pmv",),
    rating=Rating.SAFE,
    submission_type=SubmissionType.ANIMATION,
    original_date=datetime(2020, 1, 1, tzinfo=UTC),
)
FAVOURITES = NewSubmissionList(name="Favourites", description="", rating=Rating.SAFE)


async def archives(
    simulated: SimulatedSites, stall_seconds: float = 60.0
) -> AsyncIterator[PonyAggregate]:
    transport = Transport(
        SYSTEM_CLOCK, allow_loopback_http=True, total_seconds=60.0, connect_seconds=60.0,
        stall_seconds=stall_seconds, jitter=lambda: 0.0,
    )  # fmt: skip
    keys = {"ponyaggregate": PONYAGGREGATE_KEY}
    async with Sites(simulated.catalogue, transport, keys=keys) as sites:
        yield sites.ponyaggregate


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part
