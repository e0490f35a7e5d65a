"""What a member's words change of a server's rules, and that what is said of it is so."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from bot import guild_file
from bot.clock import SYSTEM_CLOCK
from bot.guild_file import GuildFileError
from bot.guild_filters import (
    MOST_RULES,
    MOST_SITE_FILTERS,
    FilterRefusedError,
    GuildFilters,
    Place,
    Subjects,
)
from bot.policies import Policies, Where
from bot.safety import Action, Rule
from bot.site_filters import SiteFilterReader
from bot.sites import Sites, Transport
from bot.store import Filter, SiteFilter, Store, Subject
from tests.new_database import put_new_database

GUILD, CHANNEL = 11, 21
HERE = Place(guild_id=GUILD, channel_id=CHANNEL)
TAG, QUERY = Subject.TAG, Subject.QUERY


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Store(put_new_database(tmp_path), SYSTEM_CLOCK) as store:
        yield store


def server_rule(subject: Subject, expression: str, site: str = "") -> Filter:
    return Filter(
        guild_id=GUILD, kind=Action.HIDE, subject=subject, expression=expression, site=site
    )


def imported(**lists: Any) -> SiteFilter:
    return SiteFilter(
        guild_id=GUILD, site="derpibooru", filter_id=1, refreshed_at=SYSTEM_CLOCK.now(), **lists
    )


@pytest.mark.parametrize(
    ("there", "words", "lifts"),
    [
        (server_rule(TAG, "mud"), Subjects(("mud",)), True),
        (server_rule(TAG, "mud"), Subjects(("mud",), site="twibooru"), True),
        (server_rule(TAG, "mud", "derpibooru"), Subjects(("mud",)), True),
        (server_rule(TAG, "mud", "derpibooru"), Subjects(("mud",), site="twibooru"), False),
        (server_rule(TAG, "rain"), Subjects(("mud",)), False),
        (server_rule(QUERY, "mud"), Subjects(("mud",)), False),
        (server_rule(TAG, "mud"), Subjects(query="mud"), False),
        (server_rule(QUERY, "mud, rain"), Subjects(query="mud, rain"), True),
        (imported(hidden_tags=("mud",)), Subjects(("mud",)), True),
        (imported(hidden_tags=("mud",)), Subjects(("mud",), site="derpibooru"), True),
        (imported(hidden_tags=("mud",)), Subjects(("mud",), site="twibooru"), False),
        (imported(spoilered_tags=("mud",)), Subjects(("mud",)), False),
        (imported(hidden_query="mud, rain"), Subjects(query="mud, rain"), True),
        (imported(hidden_query="mud, rain"), Subjects(query="mud"), False),
    ],
)
async def test_a_channel_is_told_that_it_lifts_what_it_does_lift(
    store: Store, there: Filter | SiteFilter, words: Subjects, *, lifts: bool
) -> None:
    async with store.write() as tx:
        if isinstance(there, Filter):
            await tx.filters.put([there])
        else:
            await tx.site_filters.put(there)
    policies = Policies(store)
    sites = Sites({}, Transport(SYSTEM_CLOCK))
    filters = GuildFilters(store, policies, sites, SiteFilterReader(sites, store, SYSTEM_CLOCK))

    async def rules() -> tuple[Rule, ...]:
        return (await policies.of(Where(guild_id=GUILD, channel_id=CHANNEL))).rules

    before = await rules()
    lifted = await filters.lift(HERE, Action.HIDE, words)
    assert bool(lifted.shown) is lifts
    assert bool(lifted.absent) is not lifts
    assert (await rules() != before) is lifts
    elsewhere = await policies.of(Where(guild_id=GUILD, channel_id=CHANNEL + 1))
    assert elsewhere.rules == before


def changes(store: Store, reader: type[SiteFilterReader] = SiteFilterReader) -> GuildFilters:
    sites = Sites({}, Transport(SYSTEM_CLOCK))
    return GuildFilters(store, Policies(store), sites, reader(sites, store, SYSTEM_CLOCK))


async def test_what_a_channel_lifts_counts_among_the_servers_rules(store: Store) -> None:
    async with store.write() as tx:
        await tx.filters.put([server_rule(TAG, str(number)) for number in range(MOST_RULES)])
    filters = changes(store)

    with pytest.raises(FilterRefusedError, match="at most 500 rules"):
        await filters.lift(HERE, Action.HIDE, Subjects(("7",)))
    assert len((await filters.wishes(GUILD)).filters) == MOST_RULES
    whole = Place(guild_id=GUILD)
    assert (await filters.lift(whole, Action.HIDE, Subjects(("7",)))).removed == ("7",)


class Crowded(SiteFilterReader):
    """A reader that is so slow that the server comes to as many site filters as it may have."""

    async def again(self, wanted: SiteFilter) -> SiteFilter:
        async with self._store.write() as tx:
            for number in range(MOST_SITE_FILTERS):
                await tx.site_filters.put(structs.replace(wanted, filter_id=100 + number))
        return wanted


async def test_no_more_site_filters_are_used_than_a_server_may_have(store: Store) -> None:
    filters = changes(store, Crowded)
    with pytest.raises(FilterRefusedError, match="at most 10 site filters"):
        await filters.use_site_filter(HERE, "derpibooru", 5)
    assert len((await filters.wishes(GUILD)).site_filters) == MOST_SITE_FILTERS


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"subject": "tag", "expression": " _ "}, "names no tag"),
        ({"subject": "query", "expression": "  "}, "names no tag"),
        ({"subject": "query", "expression": "(mud"}, "never closed"),
        ({"subject": "query", "expression": "faved_by:somebody"}, "A post alone does not say"),
        ({"subject": "tag", "expression": "mud", "site": "nosuchsite"}, "no site"),
        ({"subject": "tag", "expression": "mud", "kind": "destroy"}, "not a file"),
        ({"subject": "tag", "expression": "m" * 501}, "not a file"),
        ({"subject": "tag", "expression": "mud", "channel_id": 0}, "not a file"),
        ({"subject": "tag", "expression": "mud", "created_by": 5}, "not a file"),
    ],
)
def test_a_file_brings_no_rule_that_no_command_would_make(rule: Any, said: str) -> None:
    body = msgspec.json.encode({"filters": [{"kind": "hide", **rule}]})
    with pytest.raises(GuildFileError) as refused:
        guild_file.read(body)
    assert said in refused.value.message


@pytest.mark.parametrize(
    "part",
    [
        {"site": "twibooru", "filter_id": 2},
        {"site": "nosuchsite", "filter_id": 2},
        {"site": "derpibooru", "filter_id": 2**60},
        {"site": "derpibooru", "filter_id": 0},
        {"site": "derpibooru", "filter_id": 2, "hidden_tags": [""]},
        {"site": "derpibooru", "filter_id": 2, "hidden_tags": ["mud"] * 501},
    ],
)
def test_a_file_brings_no_site_filter_that_no_command_would_use(part: Any) -> None:
    with pytest.raises(GuildFileError):
        guild_file.read(msgspec.json.encode({"site_filters": [part]}))
