"""What is kept of a server, and when it goes (rule D10, fault F23)."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.store import GRACE, Channel, Guild, StoreForeignError
from bot.store.tables import guilds
from tests.discord_stage import Stage, set_stage


async def removed(stage: Stage) -> dict[int, bool]:
    """Return the kept servers, each with whether its grace has begun."""
    async with stage.app.store.read() as tx:
        found = await tx.connection.execute(select(guilds.c.id, guilds.c.removed_at))
        return {row.id: row.removed_at is not None for row in found}


async def begin_session(stage: Stage, servers: list[dict[str, Any]]) -> None:
    """Let the client read READY, and what follows from it end."""
    stage.app.client._connection.parse_ready(ready(servers))
    following = [one for one in asyncio.all_tasks() if "on_shard_servers" in one.get_name()]
    assert following
    await asyncio.wait(following)


def ready(servers: list[dict[str, Any]]) -> Any:
    """Return the first message of a session that is in these servers."""
    return {
        "v": 10, "user": {"id": "1", "username": "m", "discriminator": "0", "avatar": None},
        "guilds": servers, "session_id": "s", "resume_gateway_url": "wss://simcord.invalid",
        "shard": [0, 1], "application": {"id": "1", "flags": 0},
    }  # fmt: skip


async def keep(stage: Stage, *ids: int) -> None:
    async with stage.app.store.write() as tx:
        for one in ids:
            await tx.guilds.put(Guild(id=one))


async def test_a_server_that_is_left_begins_its_grace_and_ends_it_on_return(stage: Stage) -> None:
    guild = stage.app.client.get_guild(stage.env.guild.id)
    assert guild is not None
    await keep(stage, guild.id)
    await stage.app.client.on_guild_remove(guild)
    assert await removed(stage) == {guild.id: True}
    await stage.app.client.on_guild_join(guild)
    assert await removed(stage) == {guild.id: False}


async def test_a_removal_while_offline_is_found_at_ready(stage: Stage) -> None:
    here, gone = stage.env.guild.id, 77 << 22
    await keep(stage, here, gone)
    listed = {"id": str(here), "unavailable": True}
    await begin_session(stage, [listed])

    assert await removed(stage) == {here: False, gone: True}


async def test_an_outage_removes_nothing(stage: Stage) -> None:
    """READY names unavailable servers too, and an outage is no removal."""
    here = stage.env.guild.id
    await keep(stage, here)
    state = stage.app.client._connection
    state.parse_guild_delete({"id": str(here), "unavailable": True})
    await stage.env.settle()
    assert await removed(stage) == {here: False}
    await begin_session(stage, [{"id": str(here), "unavailable": True}])
    assert await removed(stage) == {here: False}


async def test_what_is_due_is_forgotten_and_nothing_else(stage: Stage) -> None:
    due, recent = 5, 6
    await keep(stage, due, recent, stage.env.guild.id)
    async with stage.app.store.write() as tx:
        await tx.retention.left(due)
        await tx.retention.left(recent)
        before = stage.app.clock.now() - GRACE - timedelta(minutes=1)
        await tx.connection.execute(
            guilds.update().where(guilds.c.id == due).values(removed_at=before)
        )
    await stage.app._forget_departed()

    assert set(await removed(stage)) == {recent, stage.env.guild.id}


async def test_a_deleted_channel_takes_its_filters_along(stage: Stage) -> None:
    channel = stage.app.client.get_channel(stage.channel.id)
    async with stage.app.store.write() as tx:
        await tx.guilds.put(Guild(id=stage.env.guild.id, time_zone="Europe/Vienna"))
        await tx.channels.put(Channel(id=stage.channel.id, guild_id=stage.env.guild.id))
    await stage.app.client.on_guild_channel_delete(channel)  # type: ignore[arg-type]
    async with stage.app.store.read() as tx:
        assert await tx.channels.of_guild(stage.env.guild.id) == ()
        assert (await tx.guilds.get(stage.env.guild.id)).time_zone == "Europe/Vienna"


async def test_a_damaged_database_is_refused_before_anything_else(tmp_path: Path) -> None:
    """Fault F30."""
    (tmp_path / "mailmare.db").write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(StoreForeignError):
        async with set_stage(tmp_path):
            pass
