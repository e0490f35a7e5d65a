"""A Discord in memory that keeps messages, honours nonces, and fails when a test wants it to."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from bot.feeds.destination import (
    AlreadyGoneError,
    ChannelGoneError,
    Delivered,
    DeliveryError,
    Form,
    Outgoing,
    UnreadableError,
)
from bot.policies import Where
from bot.safety import ChannelFacts, ChannelKind
from tests.clock import MovableClock

#: "The past few minutes", as Discord says of how long it knows a nonce again; in seconds.
NONCE_WINDOW = 60.0

PLAIN = ChannelFacts(kind=ChannelKind.TEXT, nsfw=False, guild_available=True)
RESTRICTED = ChannelFacts(kind=ChannelKind.TEXT, nsfw=True, guild_available=True)
FORUM = ChannelFacts(kind=ChannelKind.FORUM, nsfw=False, guild_available=True)


@dataclass
class Kept:
    """A message in a channel."""

    id: int
    channel_id: int
    sent_at: datetime
    outgoing: Outgoing
    form: Form

    @property
    def posts(self) -> list[str]:
        """Name the posts that it shows, such as `derpibooru:7`."""
        return [post.post.key for post in self.outgoing.posts]


@dataclass
class Notified:
    """Something that a server was told."""

    guild_id: int
    channel_id: int
    text: str
    resume: int | None


@dataclass
class Fault:
    """A failure that is to come."""

    error: DeliveryError
    method: str
    channel_id: int | None
    arrives: bool
    times: int


@dataclass
class MemoryDiscord:
    """Implements `bot.feeds.destination.Destination`.

    Where a test says nothing, a channel is an ordinary text channel that may be written to and
    read. `facts`, `unreachable` (servers), `unreadable`, `gone` and `mute` (channels) change that.
    """

    clock: MovableClock
    facts: dict[int, ChannelFacts] = field(default_factory=dict)
    unreachable: set[int] = field(default_factory=set)
    unreadable: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    mute: set[int] = field(default_factory=set)
    """Channels that take no notice."""
    messages: list[Kept] = field(default_factory=list)
    """What stands there now, in the order of sending."""
    attempts: list[Outgoing] = field(default_factory=list)
    """All that was tried to be sent, in order."""
    published: list[int] = field(default_factory=list)
    """Messages that followers were passed, once each."""
    limit: tuple[asyncio.Event, asyncio.Event] | None = None
    """Set when something is to be published, and waited for before that is done."""
    notices: list[Notified] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    on_send: Callable[[], object] | None = None
    """Called when a message has arrived, before it is answered."""
    waits: tuple[asyncio.Event, asyncio.Event] | None = None
    """Set when a message comes, and waited for before it is answered."""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _ids: count = field(default_factory=lambda: count(5000))  # type: ignore[type-arg]
    _nonces: dict[tuple[int, str], tuple[Kept, float]] = field(default_factory=dict)

    # --------------------------------------------------------------------- what tests ask of it

    def fail(
        self,
        error: DeliveryError,
        method: str = "send",
        *,
        channel_id: int | None = None,
        arrives: bool = False,
        times: int = 1,
    ) -> None:
        """Answer the next `times` calls of a method with an error, in one channel or in all.

        With `arrives` what was asked for is done all the same, and only the answer is lost.
        """
        self.faults.append(Fault(error, method, channel_id, arrives, times))

    def posts(self, channel_id: int) -> list[str]:
        """Name the posts that a channel shows, in order, such as `derpibooru:7`."""
        return [key for kept in self.of(channel_id) for key in kept.posts]

    def of(self, channel_id: int) -> list[Kept]:
        """Return a channel's messages in order."""
        return [kept for kept in self.messages if kept.outgoing.channel_id == channel_id]

    async def arrival(self, count: int) -> None:
        """Wait until there are so many messages."""
        async with self.changed:
            await self.changed.wait_for(lambda: len(self.messages) >= count)

    # ------------------------------------------------------------------------------- Destination

    def where(self, guild_id: int, channel_id: int) -> Where:
        facts = self.facts.get(channel_id, PLAIN)
        return Where(guild_id=guild_id, channel_id=channel_id, facts=facts)

    def is_reachable(self, guild_id: int) -> bool:
        return guild_id not in self.unreachable

    async def send(self, message: Outgoing) -> Delivered:
        self.attempts.append(message)
        fault = self._fault("send", message.channel_id)
        if fault is not None and not fault.arrives:
            raise fault.error
        if message.channel_id in self.gone:
            raise ChannelGoneError("Unknown Channel")
        if self.waits is not None:
            self.waits[0].set()
            await self.waits[1].wait()
        kept = self._same(message) or self._keep(message)
        if self.on_send is not None:
            self.on_send()
        async with self.changed:
            self.changed.notify_all()
        if fault is not None:
            raise fault.error
        if kept not in self.messages:
            raise AlreadyGoneError("Unknown Message")
        return _delivered(kept)

    async def find(
        self, channel_id: int, markers: Sequence[int], after: datetime
    ) -> Mapping[int, Delivered]:
        if fault := self._fault("find", channel_id):
            raise fault.error
        if channel_id in self.gone:
            raise ChannelGoneError("Unknown Channel")
        if channel_id in self.unreadable:
            raise UnreadableError("Missing Access")
        return {
            kept.outgoing.marker: _delivered(kept)
            for kept in self.of(channel_id)
            if kept.outgoing.marker in markers and kept.sent_at >= after
        }

    async def edit(self, delivered: Delivered, message: Outgoing) -> Delivered:
        if fault := self._fault("edit", message.channel_id):
            raise fault.error
        for kept in self.messages:
            if kept.id == delivered.message_id:
                kept.outgoing = message
                if any(post.spoiler for post in message.posts):
                    kept.form = "gallery"
                return _delivered(kept)
        raise AlreadyGoneError("Unknown Message")

    async def remove(self, delivered: Delivered) -> None:
        if fault := self._fault("remove", delivered.channel_id):
            raise fault.error
        self.messages = [kept for kept in self.messages if kept.id != delivered.message_id]

    async def publish(self, delivered: Delivered) -> None:
        fault = self._fault("publish", delivered.channel_id)
        if fault is not None and not fault.arrives:
            raise fault.error
        if self.limit is not None:
            self.limit[0].set()
            await self.limit[1].wait()
        if all(kept.id != delivered.message_id for kept in self.messages):
            raise AlreadyGoneError("Unknown Message")
        if delivered.message_id not in self.published:
            self.published.append(delivered.message_id)
        if fault is not None:
            raise fault.error

    async def exists(self, channel_id: int) -> bool:
        if fault := self._fault("exists", channel_id):
            raise fault.error
        return channel_id not in self.gone

    async def notify(
        self, guild_id: int, channel_ids: Sequence[int], text: str, *, resume: int | None = None
    ) -> bool:
        for channel_id in channel_ids:
            if fault := self._fault("notify", channel_id):
                raise fault.error
            if channel_id not in self.gone | self.mute:
                self.notices.append(Notified(guild_id, channel_id, text, resume))
                return True
        return False

    # ------------------------------------------------------------------------------------ inside

    def _fault(self, method: str, channel_id: int) -> Fault | None:
        for fault in self.faults:
            if fault.method == method and fault.channel_id in {None, channel_id}:
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
                return fault
        return None

    def _same(self, message: Outgoing) -> Kept | None:
        if self.where(message.guild_id, message.channel_id).facts.kind is ChannelKind.FORUM:
            return None  # A forum's new thread has no nonce.
        kept, at = self._nonces.get((message.channel_id, message.nonce), (None, 0.0))
        return kept if self.clock.monotonic() - at < NONCE_WINDOW else None

    def _keep(self, message: Outgoing) -> Kept:
        spoiler = message.spoiler or any(post.spoiler for post in message.posts)
        form: Form = "text" if message.minimal else "gallery" if spoiler else "embed"
        number = next(self._ids)
        facts = self.where(message.guild_id, message.channel_id).facts
        stands_in = number if facts.kind is ChannelKind.FORUM else message.channel_id
        kept = Kept(number, stands_in, self.clock.now(), message, form)
        self.messages.append(kept)
        self._nonces[message.channel_id, message.nonce] = kept, self.clock.monotonic()
        return kept


def _delivered(kept: Kept) -> Delivered:
    return Delivered(kept.id, kept.channel_id, kept.form)
