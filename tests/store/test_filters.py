"""Filters of servers and channels, and those imported from sites."""

import asyncio
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from bot.safety import Action
from bot.store import Channel, Filter, SiteFilter, Store, Subject
from tests.clock import MovableClock
from tests.examples import examples


def tag(
    expression: str, kind: Action = Action.HIDE, channel_id: int | None = None, site: str = ""
) -> Filter:
    return Filter(
        guild_id=1,
        channel_id=channel_id,
        kind=kind,
        subject=Subject.TAG,
        expression=expression,
        site=site,
        created_by=7,
    )


async def test_come_back_as_they_were_put(store: Store, clock: MovableClock) -> None:
    rules = [
        tag("spiders"),
        tag("spiders", Action.SHOW, 5),
        msgspec.structs.replace(
            tag("score.lt:10 || (a, b)", Action.SPOILER, site="twibooru"), subject=Subject.QUERY
        ),
    ]
    async with store.write() as tx:
        await tx.filters.put(rules)
        found = await tx.filters.of_guild(1)
    assert len({rule.id for rule in found}) == 3
    assert {rule.created_at for rule in found} == {clock.now()}
    bare = {msgspec.structs.replace(rule, id=None, created_at=None) for rule in found}
    assert bare == set(rules)
    assert {type(rule.kind) for rule in found} == {Action}


async def test_a_thousand_rules_are_put_in_one_go(store: Store) -> None:
    async with store.write() as tx:
        await tx.filters.put(tag(f"tag {number}") for number in range(1000))
        assert await tx.filters.count(1) == 1000
        removed = await tx.filters.remove(
            1, None, Subject.TAG, [f"tag {number}" for number in range(1000)]
        )
        assert removed == 1000


async def test_those_of_a_channel_apply_there_and_those_of_the_server_everywhere(
    store: Store,
) -> None:
    async with store.write() as tx:
        await tx.filters.put([tag("all"), tag("here", channel_id=5), tag("there", channel_id=6)])
        found = {
            place: [rule.expression for rule in await tx.filters.applying(1, place)]
            for place in (None, 5, 9)
        }
        assert await tx.filters.applying(2, 5) == ()
    assert found == {None: ["all"], 5: ["all", "here"], 9: ["all"]}


async def test_only_rules_of_the_named_kind_and_site_are_removed(store: Store) -> None:
    async with store.write() as tx:
        await tx.filters.put([tag("a"), tag("b", Action.SPOILER), tag("a", site="twibooru")])
        names = ["a", "b"]
        assert await tx.filters.remove(1, None, Subject.TAG, names, kind=Action.SPOILER) == 1
        assert await tx.filters.remove(1, None, Subject.QUERY, names) == 0
        assert await tx.filters.remove(1, 5, Subject.TAG, names) == 0
        assert await tx.filters.remove(1, None, Subject.TAG, names, site="twibooru") == 1
        assert [rule.expression for rule in await tx.filters.of_guild(1)] == ["a"]


async def test_a_channel_of_another_server_is_refused(store: Store) -> None:
    async with store.write() as tx:
        await tx.channels.put(Channel(id=5, guild_id=2))
    with pytest.raises(IntegrityError):
        async with store.write() as tx:
            await tx.filters.put([tag("a", channel_id=5)])


_PLACES = st.tuples(st.sampled_from([1, 2]), st.sampled_from([None, 0, 1]))
_RULES = st.builds(
    lambda place, kind, subject, expression, site: Filter(
        guild_id=place[0],
        channel_id=None if place[1] is None else place[0] * 10 + place[1],
        kind=kind,
        subject=subject,
        expression=expression,
        site=site,
    ),
    _PLACES,
    st.sampled_from(Action),
    st.sampled_from(Subject),
    st.sampled_from(["a", "b", "A", "a ", "%", "'"]),
    st.sampled_from(["", "twibooru"]),
)


@settings(max_examples=examples(25), deadline=None)
@given(steps=st.lists(st.tuples(st.booleans(), st.lists(_RULES, min_size=1, max_size=6))))
def test_any_changes_leave_one_rule_for_each_expression_in_each_place(
    steps: list[tuple[bool, list[Filter]]],
    tmp_path_factory: pytest.TempPathFactory,
    empty: Path,
) -> None:
    """Held against a dictionary."""
    path = tmp_path_factory.mktemp("filters") / "f.db"
    path.write_bytes(empty.read_bytes())
    expected: dict[tuple[object, ...], Action] = {}

    async def run() -> None:
        async with Store(path, MovableClock()) as store, store.write() as tx:
            for is_put, rules in steps:
                if is_put:
                    await tx.filters.put(rules)
                for rule in rules:
                    key = (
                        rule.guild_id,
                        rule.channel_id,
                        rule.subject,
                        rule.expression,
                        rule.site,
                    )
                    if is_put:
                        expected[key] = rule.kind
                    else:
                        gone = await tx.filters.remove(
                            rule.guild_id,
                            rule.channel_id,
                            rule.subject,
                            [rule.expression],
                            site=rule.site,
                        )
                        assert gone == (expected.pop(key, None) is not None)
            found = [*await tx.filters.of_guild(1), *await tx.filters.of_guild(2)]
            assert len(found) == len(expected)
            assert {
                (r.guild_id, r.channel_id, r.subject, r.expression, r.site): r.kind for r in found
            } == expected

    asyncio.run(run())


class TestSiteFilters:
    async def test_come_back_as_they_were_put_and_as_last_read(
        self, store: Store, clock: MovableClock
    ) -> None:
        first = SiteFilter(
            guild_id=1,
            channel_id=5,
            site="derpibooru",
            filter_id=100073,
            name="Default",
            hidden_tags=("a", "b"),
            spoilered_tags=("c,d",),
            hidden_query="x || y",
            spoilered_query="z",
            refreshed_at=clock.now(),
            created_by=7,
            created_at=clock.now(),
        )
        async with store.write() as tx:
            await tx.site_filters.put(first)
            await tx.site_filters.put(msgspec.structs.replace(first, channel_id=None))
            clock.advance(60)
            again = msgspec.structs.replace(
                first, hidden_tags=(), name="New", refreshed_at=clock.now(), created_by=8
            )
            await tx.site_filters.put(again)
            found = await tx.site_filters.applying(1, 5)
            assert await tx.site_filters.of_guild(1) == found
            assert len(await tx.site_filters.applying(1, 6)) == 1
        assert [one.name for one in found] == ["New", "Default"]
        # Who asked for it, and when, stays.
        assert msgspec.structs.replace(found[0], id=None) == msgspec.structs.replace(
            again, created_by=7
        )

    async def test_are_removed_where_they_are_used(self, store: Store, clock: MovableClock) -> None:
        async with store.write() as tx:
            await tx.site_filters.put(
                SiteFilter(guild_id=1, site="ponybooru", filter_id=1, refreshed_at=clock.now())
            )
            assert not await tx.site_filters.remove(1, 5, "ponybooru", 1)
            assert not await tx.site_filters.remove(1, None, "derpibooru", 1)
            assert await tx.site_filters.remove(1, None, "ponybooru", 1)
            assert await tx.site_filters.of_guild(1) == ()

    async def test_the_longest_unread_are_refreshed_first(
        self, store: Store, clock: MovableClock
    ) -> None:
        start = clock.now()
        async with store.write() as tx:
            for filter_id, age in ((1, 2), (2, 3), (3, 0), (4, 1)):
                await tx.site_filters.put(
                    SiteFilter(
                        guild_id=1,
                        site="ponybooru",
                        filter_id=filter_id,
                        refreshed_at=start - timedelta(hours=age),
                    )
                )
            found = await tx.site_filters.refreshed_before(start, site="ponybooru", limit=2)
            assert [one.filter_id for one in found] == [2, 1]
            found = await tx.site_filters.refreshed_before(start, site="ponybooru", limit=9)
            assert [one.filter_id for one in found] == [2, 1, 4]
            assert await tx.site_filters.refreshed_before(start, site="derpibooru", limit=9) == ()
