"""What is kept of servers and channels."""

from bot.safety import Action
from bot.store import Channel, Filter, Guild, Store, Subject

#: The largest id that Discord can give out.
LARGEST = 2**63 - 1


async def test_a_server_that_set_nothing_has_the_strictest_defaults(store: Store) -> None:
    async with store.read() as tx:
        assert await tx.guilds.get(LARGEST) == Guild(
            id=LARGEST,
            time_zone="UTC",
            language="en",
            manager_role_id=None,
            notice_channel_id=None,
            adult=False,
            graphic=False,
        )


async def test_settings_are_kept_and_replaced(store: Store) -> None:
    first = Guild(
        id=LARGEST,
        time_zone="Europe/Vienna",
        language="de",
        manager_role_id=LARGEST - 1,
        notice_channel_id=LARGEST - 2,
        adult=True,
        graphic=True,
    )
    async with store.write() as tx:
        await tx.guilds.put(first)
        await tx.guilds.put(Guild(id=1))
        assert await tx.guilds.get(LARGEST) == first
        await tx.guilds.put(Guild(id=LARGEST))
        assert await tx.guilds.get(LARGEST) == Guild(id=LARGEST)


async def test_replacing_settings_keeps_what_hangs_on_the_server(store: Store) -> None:
    rule = Filter(guild_id=1, kind=Action.HIDE, subject=Subject.TAG, expression="a")
    async with store.write() as tx:
        await tx.filters.put([rule])
        await tx.guilds.put(Guild(id=1, language="de"))
        assert await tx.filters.count(1) == 1


async def test_a_channel_is_as_its_server_until_it_says_otherwise(store: Store) -> None:
    async with store.write() as tx:
        assert await tx.channels.get(1, 2) == Channel(id=2, guild_id=1, adult=None, graphic=None)
        await tx.channels.put(Channel(id=2, guild_id=1, adult=False))
        await tx.channels.put(Channel(id=3, guild_id=1, adult=True, graphic=True))
        await tx.channels.put(Channel(id=2, guild_id=1, adult=True))
        assert await tx.channels.get(1, 2) == Channel(id=2, guild_id=1, adult=True)
        assert [channel.id for channel in await tx.channels.of_guild(1)] == [2, 3]


async def test_a_channel_belongs_to_its_own_server_alone(store: Store) -> None:
    async with store.write() as tx:
        await tx.channels.put(Channel(id=2, guild_id=1, adult=True))
        assert await tx.channels.get(9, 2) == Channel(id=2, guild_id=9)
        assert await tx.channels.of_guild(9) == ()
