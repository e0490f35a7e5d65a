"""`mailmare doctor`: a line for each check, over real HTTP to simulated sites and Discord."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from yarl import URL

from bot.clock import Clock
from bot.demo.sites import Mode, SimulatedSites
from bot.doctor import examine
from bot.exit_codes import Exit
from bot.metrics.endpoint import Endpoint
from bot.settings import Secret, Settings, SiteOverride
from bot.store import FILE_NAME, Cooldown, Store
from tests.discord_loopback import TOKEN, LoopbackDiscord


@pytest.fixture
async def sites() -> AsyncIterator[SimulatedSites]:
    async with SimulatedSites() as simulated:
        yield simulated


@pytest.fixture
def settings(sites: SimulatedSites, discord: LoopbackDiscord, tmp_path: Path) -> Settings:
    return Settings(
        discord_token=Secret(TOKEN),
        data_dir=tmp_path / "data",
        contact="filly@example.org",
        sites={name: SiteOverride(url=url) for name, url in sites.urls.items()},
        allow_loopback_sites=True,
        discord_api_url=discord.api_url,
        discord_gateway_url=discord.gateway_url,
    )


def changed(settings: Settings, site: str, **fields: Any) -> Settings:
    own = msgspec.structs.replace(settings.sites[site], **fields)
    return msgspec.structs.replace(settings, sites=settings.sites | {site: own})


async def found(settings: Settings, clock: Clock | None = None) -> tuple[int, dict[str, str]]:
    lines: list[str] = []
    status = await examine(settings, lines.append, clock or Clock())
    assert TOKEN not in "".join(lines)
    names = [line[7:].split("  ")[0] for line in lines]
    assert len(set(names)) == len(names)
    return status, dict(zip(names, lines, strict=True))


async def test_all_is_well_where_all_is_as_documented(
    settings: Settings, sites: SimulatedSites
) -> None:
    status, lines = await found(settings)
    assert [line for line in lines.values() if not line.startswith("ok   ")] == []
    assert status == Exit.OK
    assert list(lines) == [
        "settings",
        "data directory",
        "database",
        "clock",
        "Derpibooru",
        "Ponybooru",
        "Twibooru",
        "Safe Pony API",
        "PonyAggregate",
        "Discord",
        "log-ins",
        "permissions",
    ]
    for name in ("derpibooru", "ponybooru", "twibooru", "ponyapi"):
        agents = {request.headers["User-Agent"] for request in sites.requests[name]}
        assert all("filly@example.org" in agent for agent in agents)
        assert len(agents) == 1


async def test_the_endpoints_port_is_looked_at_where_there_is_to_be_one(settings: Settings) -> None:
    """Free, in use by the bot itself, and in use by others."""
    host = "127.0.0.1"
    async with Endpoint(settings.data_dir / "beat", Clock(), host=host, port=0) as endpoint:
        settings = msgspec.structs.replace(settings, metrics_port=endpoint.port)
        assert "the running bot answers there" in (await found(settings))[1]["metrics"]
    status, lines = await found(settings)
    assert (status, lines["metrics"][:5]) == (Exit.OK, "ok   ")
    async with SimulatedSites() as others:
        port = URL(others.urls["ponyapi"]).port
        status, lines = await found(msgspec.structs.replace(settings, metrics_port=port))
    assert (status, lines["metrics"][:5]) == (Exit.FAILED, "to do")
    assert f"MAILMARE_METRICS_PORT: another program uses port {port}" in lines["metrics"]


async def test_no_token_is_no_fault(settings: Settings, discord: LoopbackDiscord) -> None:
    status, lines = await found(msgspec.structs.replace(settings, discord_token=None, contact=""))
    assert status == Exit.OK
    assert "no token is set" in lines["Discord"]
    assert "MAILMARE_CONTACT" in lines["settings"]
    assert not [asked for asked in discord.asked if asked.authorization]


async def test_pictures_from_an_untrusted_host_are_named_with_the_setting(
    settings: Settings,
) -> None:
    settings = changed(settings, "derpibooru", media_hosts=frozenset({"cdn.example.org"}))
    status, lines = await found(settings)
    assert status == Exit.FAILED
    assert lines["Derpibooru"].startswith("to do")
    assert "derpicdn.net" in lines["Derpibooru"]
    assert "MAILMARE_DERPIBOORU_MEDIA_HOSTS=cdn.example.org,derpicdn.net" in lines["Derpibooru"]


async def test_an_unknown_filter_is_named(settings: Settings) -> None:
    """A search would fall back silently to the default one (reference: boards, 1.3)."""
    status, lines = await found(changed(settings, "ponybooru", filter=987654))
    assert status == Exit.FAILED
    assert "no public filter 987654" in lines["Ponybooru"]
    assert "MAILMARE_PONYBOORU_FILTER" in lines["Ponybooru"]


@pytest.mark.parametrize(
    ("mode", "says"),
    [
        (Mode(kind="redirect"), "another address"),
        (Mode(kind="down_501"), "Until "),
        (Mode(kind="html200"), "MAILMARE_TWIBOORU_URL"),
        (Mode(kind="truncated"), "cannot be read"),
        (Mode(kind="404_empty"), "MAILMARE_TWIBOORU_URL"),
    ],
)
async def test_a_site_that_does_not_answer_well_is_told_and_the_others_too(
    settings: Settings, sites: SimulatedSites, mode: Mode, says: str
) -> None:
    sites.set_mode("twibooru", mode)
    status, lines = await found(settings)
    assert status == Exit.FAILED
    assert lines["Twibooru"].startswith("to do")
    assert says in lines["Twibooru"]
    assert lines["Derpibooru"].startswith("ok")


async def test_a_site_that_is_switched_off_is_not_asked(
    settings: Settings, sites: SimulatedSites
) -> None:
    status, lines = await found(changed(settings, "twibooru", enabled=False))
    assert status == Exit.OK
    assert "switched off" in lines["Twibooru"]
    assert sites.requests["twibooru"] == []


async def test_a_data_directory_that_cannot_be_written_is_named(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    status, lines = await found(msgspec.structs.replace(settings, data_dir=tmp_path / "file" / "d"))
    assert status == Exit.FAILED
    assert "MAILMARE_DATA_DIR" in lines["data directory"]


async def test_a_clock_that_is_off_is_told(settings: Settings) -> None:
    class Late(Clock):
        def now(self) -> datetime:
            return super().now() - timedelta(minutes=5)

    status, lines = await found(settings, Late())
    assert status == Exit.FAILED
    told = re.search(r"(\d+) s off", lines["clock"])
    assert told is not None
    # Less by as long as the answer took.
    assert 240 <= int(told[1]) <= 301


async def test_a_token_that_discord_refuses_is_told(
    settings: Settings, discord: LoopbackDiscord
) -> None:
    discord.token_is_good = False
    status, lines = await found(settings)
    assert status == Exit.FAILED
    assert "Discord does not know this token" in lines["Discord"]


async def test_used_up_log_ins_are_told_with_the_time_to_wait(
    settings: Settings, discord: LoopbackDiscord
) -> None:
    """F45."""
    discord.sessions_remaining = 0
    discord.sessions_reset_after = 5_000_000
    status, lines = await found(settings)
    assert status == Exit.FAILED
    assert "0 of 1000 left, 1 needed. Wait 2 h" in lines["log-ins"]


async def test_an_unreachable_discord_is_told_and_the_sites_are_asked_all_the_same(
    settings: Settings,
) -> None:
    status, lines = await found(
        msgspec.structs.replace(settings, discord_api_url="http://127.0.0.1:9/api/v10")
    )
    assert status == Exit.FAILED
    assert [name for name, line in lines.items() if line.startswith("to do")] == [
        "clock",
        "Discord",
        "log-ins",
        "permissions",
    ]


async def test_permissions_that_the_roles_do_not_give_are_told(
    settings: Settings, discord: LoopbackDiscord
) -> None:
    discord.everybody_may = str(1 << 10 | 1 << 11 | 1 << 38)
    status, lines = await found(settings)
    assert status == Exit.OK
    assert "not by its roles: Embed Links (1), Read Message History (1)." in lines["permissions"]
    discord.in_a_guild = False
    _status, lines = await found(settings)
    assert "mailmare invite" in lines["permissions"]


async def test_the_database_is_looked_at_and_never_made_or_changed(settings: Settings) -> None:
    """F30: damaged is told with the way to restore it; none yet, or one in use, is no fault."""
    path = settings.data_dir / FILE_NAME
    _status, lines = await found(settings)
    assert "none yet" in lines["database"]
    assert not path.exists()
    async with Store(path, Clock()):
        _status, lines = await found(settings)
        assert lines["database"].endswith(f"{path} is sound.")
    path.write_bytes(path.read_bytes()[:5000])
    status, lines = await found(settings)
    assert status == Exit.FAILED
    assert "mailmare db restore" in lines["database"]


async def test_a_site_that_rests_is_not_asked_and_its_rest_is_told(
    settings: Settings, sites: SimulatedSites
) -> None:
    """L6, L9: the bot's own cool-downs hold for the doctor too."""
    until = datetime.now(UTC) + timedelta(minutes=10)
    resting = Cooldown(
        host=sites.urls["derpibooru"], until=until, reason="It has blocked us for a while."
    )
    settings.data_dir.mkdir()
    async with Store(settings.data_dir / FILE_NAME, Clock()) as store:
        async with store.write() as tx:
            await tx.cooldowns.put([resting])
        status, lines = await found(settings)  # While the bot runs.
    assert lines["Derpibooru"].startswith("to do")
    status, lines = await found(settings)
    assert status == Exit.FAILED
    assert sites.requests["derpibooru"] == []
    assert f"resting until {until.isoformat()[:16]}" in lines["Derpibooru"]
    assert "blocked" in lines["Derpibooru"]
    assert lines["Twibooru"].startswith("ok")


async def test_a_rest_that_the_doctor_is_sent_into_is_kept_for_the_bot(
    settings: Settings, sites: SimulatedSites
) -> None:
    """F13: also for the doctor itself, the next time."""
    sites.set_mode("twibooru", Mode(kind="down_500_empty"))
    await found(settings)
    asked = len(sites.requests["twibooru"])
    _status, lines = await found(settings)
    assert len(sites.requests["twibooru"]) == asked
    assert "resting until" in lines["Twibooru"]
