"""Feeds in a server's settings file: complete, without members, and checked when they are read."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import json, structs

from bot import guild_file
from bot.guild_feeds import part_of, wish_of
from bot.guild_file import GuildFileError
from bot.policies import GuildWishes
from bot.store import FeedKind, Guild, Pause, Rhythm, Subscription

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WISHES = GuildWishes(Guild(id=1), (), (), ())
FULL = Subscription(
    id=7, guild_id=1, channel_id=5, site="derpibooru", query="pony", rhythm=Rhythm.WEEKLY,
    at_minute=600, weekday=3, settle=30, min_score=-4, quiet_from=0, quiet_until=60, cap=3,
    role_id=2**62, forum_tags=(1, 2), publish=True, spoiler=True, template="{artists}",
    since=NOW, created_at=NOW, created_by=987654321, pause=Pause.PERSON, adult=True,
)  # fmt: skip
RANDOM = Subscription(
    guild_id=1, channel_id=6, kind=FeedKind.RANDOM, site="ponyapi", rhythm=Rhythm.DAILY,
    at_minute=60, since=NOW, created_at=NOW,
)  # fmt: skip


def test_what_was_wished_for_comes_back_and_nothing_of_who_or_how_it_does() -> None:
    body = guild_file.export(WISHES, [FULL, RANDOM])
    assert b"987654321" not in body
    parts = guild_file.read(body).feeds or ()
    assert parts == (part_of(FULL), part_of(RANDOM))
    usual = structs.replace(FULL, id=0, created_by=None, pause=Pause.NONE, adult=False)
    assert [wish_of(part, 1, NOW) for part in parts] == [usual, RANDOM]


def test_a_file_of_before_there_were_feeds_leaves_them_alone() -> None:
    file = guild_file.read(b"{}")
    assert file.feeds is None
    assert guild_file.changes(WISHES, file, [FULL]) == ()
    assert guild_file.changes(WISHES, guild_file.read(b'{"feeds": []}'), [FULL]) == (
        "feeds and schedules: 0 more, 1 fewer",
    )


def test_a_feed_for_a_channel_of_another_server_is_left_out_and_a_role_of_it_too() -> None:
    file = guild_file.read(guild_file.export(WISHES, [FULL, RANDOM]))
    home, left_out = guild_file.at_home(file, channels={5}, roles=())
    assert left_out == 1
    assert home.feeds == (structs.replace(part_of(FULL), role_id=None),)


@pytest.mark.parametrize(
    "changes",
    [
        {"site": "nowhere"},
        {"site": "ponyapi"},
        {"query": "a, (b"},
        {"template": "{nonsense}"},
        {"settle": 10**6},
        {"cap": 0},
        {"quiet_from": 5},
        {"at_minute": 1440},
        {"weekday": 7},
        {"min_score": 2**40},
        {"kind": "random"},
        {"created_by": 3},
        {"channel_id": 0},
        {"query": "x" * 501},
    ],
)
def test_a_feed_that_cannot_be_makes_the_file_unusable(changes: dict[str, Any]) -> None:
    feed = {"channel_id": 5, "site": "derpibooru", "query": "pony"} | changes
    with pytest.raises(GuildFileError):
        guild_file.read(json.encode({"feeds": [feed]}))
