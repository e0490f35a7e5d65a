"""Putting a message right that shows what it should not, or not as it should (safety, 3.8)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeAlias

import structlog
from msgspec import Struct, structs

from bot.feeds.destination import Delivered, Destination, Form, Outgoing, RefusedError
from bot.feeds.shown import Shown
from bot.safety import Refusal, VerifiedPost
from bot.store import Announcement
from bot.texts import _

_log = structlog.get_logger(__name__)

Showing: TypeAlias = tuple[tuple[Announcement, VerifiedPost], ...]


class Composes(Protocol):
    """Puts together what is owed for announcements, as delivery does."""

    async def __call__(
        self,
        rows: Sequence[Announcement],
        posts: Sequence[VerifiedPost],
        /,
        *,
        minimal: bool = False,
    ) -> Outgoing:
        """Return the message of these rows, all of one message, that shows these posts."""


class Plan(Struct, frozen=True):
    """What a message is to show from now on."""

    delivered: Delivered
    showing: Showing
    """What can be shown anew, in order."""
    gone: Mapping[int, Refusal]
    """What has to go, by the announcement's id."""
    spared: Mapping[int, Refusal]
    """What might stay if nothing else changed, but cannot be shown anew."""
    withdrawn: bool = False
    """Whether it shows something that somebody took back already."""

    @property
    def is_urgent(self) -> bool:
        """Whether it shows what may not be shown."""
        return bool(self.gone) or self.withdrawn


class Mended(Struct, frozen=True, kw_only=True):
    """What a message shows now."""

    form: Form
    spoiler: bool = False
    """Whether every picture of it lies behind a spoiler, whatever its own verdict."""
    showing: Showing = ()
    removed: Mapping[int, Refusal]


async def mend(plan: Plan, destination: Destination, compose: Composes) -> Mended | None:
    """Edit a message, or remove it where nothing of it stays; `None`: it is as it was.

    Of what Discord refuses less is tried: without what is newly to be spoilered, since a gallery
    has less room than embeds, then as plain text. Where nothing is taken, the message goes if it
    must not stay. Raises DeliveryError.
    """
    for showing, minimal in _attempts(plan):
        outgoing = await _outgoing(compose, showing, minimal=minimal)
        try:
            edited = await destination.edit(plan.delivered, outgoing)
        except RefusedError as error:
            _log.warning("Discord refused an edit", reason=error.reason)
            continue
        return Mended(
            form=edited.form,
            spoiler=outgoing.spoiler,
            showing=showing,
            removed=_removed(plan, showing),
        )
    if not plan.is_urgent and not _newly_spoilered(plan):
        return None
    await destination.remove(plan.delivered)
    return Mended(form=plan.delivered.form, removed=_removed(plan, ()))


def _attempts(plan: Plan) -> Iterator[tuple[Showing, bool]]:
    """Yield what may be tried to be shown, and whether as plain text."""
    if not plan.showing:
        return
    was = plan.delivered.form
    yield plan.showing, was == "text"
    spoilered = _newly_spoilered(plan)
    rest = tuple((row, post) for row, post in plan.showing if row.id not in spoilered)
    if spoilered and rest:
        yield rest, False
    if was == "embed":
        yield plan.showing, True


async def _outgoing(compose: Composes, showing: Showing, *, minimal: bool) -> Outgoing:
    rows, posts = [row for row, _post in showing], [post for _row, post in showing]
    outgoing = await compose(rows, posts, minimal=minimal)
    # What lay behind spoilers stays there, whatever became of the subscription.
    spoiler = outgoing.spoiler or any(Shown.read(row.shown).spoiler for row in rows)
    return structs.replace(outgoing, spoiler=spoiler)


def _newly_spoilered(plan: Plan) -> frozenset[int]:
    if plan.delivered.form != "embed":
        return frozenset()
    return frozenset(row.id for row, post in plan.showing if post.spoiler)


def _removed(plan: Plan, showing: Showing) -> dict[int, Refusal]:
    """Return what the message does not show any more, and why."""
    removed = {**plan.gone, **plan.spared}
    stays = {row.id for row, _post in showing}
    refusal = Refusal("safety 3.8 form", _("Its message could not be changed as it should be."))
    for row, _post in plan.showing:
        if row.id not in stays:
            removed[row.id] = refusal
    return removed
