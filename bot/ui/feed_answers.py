"""What is answered to whoever sets up or changes a feed or schedule."""

from collections.abc import Iterable, Iterator

from bot.feeds.preflight import Preflight
from bot.guild_feeds import Added, Edited
from bot.posts.text import safe_text
from bot.store import FeedKind, Subscription
from bot.texts import _, ngettext
from bot.ui.feed_places import Standing
from bot.ui.feed_texts import (
    query_text,
    site_title,
    stamp,
    state_text,
    when_text,
    wish_lines,
)
from bot.ui.lines import CONTENT, fitting

_DETAIL = 200


def added_text(added: Added, found: Standing, *, backfill: int = 0) -> str:
    """Return what a new feed or schedule will do; `backfill` posts of before were asked for."""
    one = added.subscription
    head = (
        _("Number {id} is set up for {channel}. It announces what comes from now on.")
        if one.kind is FeedKind.FEED
        else _("Number {id} is set up for {channel}: {when}.")
    )
    lines = [head.format(id=one.id, channel=f"<#{one.channel_id}>", when=when_text(one))]
    if one.next_at is not None:
        lines.append(_("It comes {when} for the first time.").format(when=stamp(one.next_at)))
    if one.next_at is not None or one.quiet_from is not None:
        lines.append(
            _("Its times are those of {zone}; `/server setup` sets another time zone.").format(
                zone=added.zone
            )
        )
    if added.beside:
        lines.append(
            _(
                "Between two random pictures in a channel lies an hour: where it meets number"
                " {ids}, one of them comes later."
            ).format(ids=", ".join(map(str, added.beside)))
        )
    if backfill:
        text = ngettext(
            "It begins with {count} picture of before.",
            "It begins with {count} pictures of before.",
            added.backfilled,
        ).format(count=added.backfilled)
        if added.backfilled < backfill:
            text = _("{text} Of the newest, no more fit, or the channel had them.").format(
                text=text
            )
        lines.append(text)
    lines += [*preflight_lines(added.preflight, one.site), *notes_lines(found.notes)]
    return fitting(lines, CONTENT)


def edited_text(edited: Edited, found: Standing, zone: str) -> str:
    """Return what is another now; `zone` is the server's."""
    changed = list(changes_lines(edited.before, edited.after, zone))
    head = _("Number {id} was changed:") if changed else _("Number {id} was so already.")
    lines = [head.format(id=edited.after.id), *notes_lines(changed)]
    if edited.preflight is not None:
        lines += preflight_lines(edited.preflight, edited.after.site)
    lines += notes_lines(found.notes)
    if not edited.after.runs:
        lines.append(_("State: {state}").format(state=state_text(edited.after)))
    return fitting(lines, CONTENT)


def preflight_lines(found: Preflight, site: str) -> Iterator[str]:
    """Yield what is known of a query before it is kept: how much it finds, and what to expect."""
    title = site_title(site)
    if found.unasked:
        yield _("- **{site}**: {reason}").format(
            site=title, reason=safe_text(found.unasked, _DETAIL * 2)
        )
    if found.week == 0 and not found.newest:
        yield "- " + _(
            "So far {site} has nothing that matches: please see whether the tags are written as"
            " they are there."
        ).format(site=title)
    elif found.week is not None:
        yield "- " + ngettext(
            "{count} post matched in the last week.",
            "{count} posts matched in the last week.",
            found.week,
        ).format(count=found.week)
    if found.few is not None:
        yield "- " + ngettext(
            "Only {count} picture can be drawn. What a channel had comes again after three days,"
            " so some of its times will bring nothing.",
            "Only {count} pictures can be drawn. What a channel had comes again after three days,"
            " so some of its times will bring nothing.",
            found.few,
        ).format(count=found.few)
    if found.proof.voted and not found.drawn:
        yield "- " + _(
            "It depends on {fields}: each post is looked at again after 10 minutes, and after 1, 6,"
            " 24 and 72 hours, and announced when it fits."
        ).format(fields=_fields(found.proof.voted))
    if found.proof.undecidable and not found.drawn:
        yield "- " + _(
            "Only {site} can tell {fields}: it is asked about new posts, many at a time, so they"
            " come a little later."
        ).format(site=title, fields=_fields(found.proof.undecidable))


def notes_lines(notes: Iterable[str]) -> Iterator[str]:
    """Yield what else there is to know, a line each."""
    return (f"- {note}" for note in notes)


def changes_lines(before: Subscription, after: Subscription, zone: str) -> Iterator[str]:
    """Yield what is another now, a line each."""
    old, new = wish_lines(before, zone), wish_lines(after, zone)
    if before.query != after.query:
        yield _("Query: {query}").format(query=query_text(after.query))
    if before.channel_id != after.channel_id:
        yield _("Channel: {channel}").format(channel=f"<#{after.channel_id}>")
    yield from (line for line in new if line not in old)
    labels = {line.partition(":")[0] for line in new}
    for line in old:
        label = line.partition(":")[0]
        if label not in labels:
            yield _("{label}: none any more").format(label=label)


def _fields(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
