"""Feeds and schedules in words; only for those who may change them."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import discord

from bot.catalogue import CATALOGUE
from bot.feeds.preflight import Preflight
from bot.feeds.wishes import time_text
from bot.guild_feeds import Added, Edited, Overview
from bot.posts.text import inline_code, safe_text
from bot.store import FeedKind, Pause, Rhythm, Subscription
from bot.texts import _, ngettext
from bot.ui.feed_places import Standing
from bot.ui.filter_texts import fitting

COLOUR = 0x8A6FB3
_QUERY, _LINE_QUERY, _DETAIL = 500, 80, 200
#: A schedule that brought nothing for longer leaves times out: few pictures match it.
_SILENT = {
    Rhythm.HOURLY: timedelta(hours=3),
    Rhythm.DAILY: timedelta(days=3),
    Rhythm.WEEKLY: timedelta(days=15),
}
#: What one list is kept to, in UTF-16 units; an embed's description has 4096.
LIST, CONTENT = 3800, 1900


def rhythm_name(rhythm: Rhythm) -> str:
    """Return when posts come, in a word or two."""
    names = {
        Rhythm.EACH: _("each by itself"),
        Rhythm.HOURLY: _("hourly"),
        Rhythm.DAILY: _("daily"),
        Rhythm.WEEKLY: _("weekly"),
    }
    return names[rhythm]


def site_title(name: str) -> str:
    """Return a site's title; of one that is not in the catalogue any more, its name."""
    return CATALOGUE[name].title if name in CATALOGUE else safe_text(name, _DETAIL)


def query_text(query: str, limit: int = _QUERY) -> str:
    """Return a query so that nothing in it has an effect."""
    return inline_code(query, limit) or _("everything")


def pause_text(pause: Pause) -> str:
    """Return why something is paused."""
    texts = {
        Pause.NONE: "",
        Pause.PERSON: _("somebody paused it"),
        Pause.NO_ACCESS: _("I have no permission to send there"),
        Pause.CHANNEL_GONE: _("its channel does not exist any more"),
        Pause.THREAD_CLOSED: _("its thread is closed"),
        Pause.AGE: _("its channel is not age-restricted any more"),
        Pause.QUERY: _("its query cannot be used any more"),
        Pause.SITE: _("the operator switched its site off"),
    }
    return texts[pause]


def state_text(one: Subscription) -> str:
    """Return whether it runs, or why not and what happens next."""
    if one.runs:
        return _("runs")
    text = _("paused, because {reason}").format(reason=pause_text(one.pause))
    if one.retry_at is not None:
        return _("{text}; I try again {when}").format(text=text, when=stamp(one.retry_at))
    return _("{text}; `/feed resume` lets it run again").format(text=text)


def when_text(one: Subscription) -> str:
    """Return its rhythm with the times of day that belong to it."""
    text = rhythm_name(one.rhythm)
    if one.rhythm is Rhythm.HOURLY and one.at_minute:
        return _("{rhythm}, at minute {minute}").format(rhythm=text, minute=one.at_minute)
    if one.at_minute is not None and one.rhythm is not Rhythm.HOURLY:
        text = _("{rhythm} at {time}").format(rhythm=text, time=time_text(one.at_minute))
    if one.weekday is not None:
        text = _("{text} on {day}").format(text=text, day=weekday_name(one.weekday))
    return text


def weekday_name(weekday: int) -> str:
    """Return the name of a day; 0 is Monday."""
    names = (
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
        _("Sunday"),
    )  # fmt: skip
    return names[weekday % 7]


def list_embed(overview: Overview, kind: FeedKind | None = None) -> discord.Embed:
    """Return a server's feeds and schedules, a line or two each; of one kind or all."""
    chosen = [one for one in overview.subscriptions if kind in {None, one.kind}]
    embed = discord.Embed(title=_("Feeds and schedules"), colour=COLOUR)
    if kind is FeedKind.RANDOM:
        embed.title = _("Schedules")
    embed.description = fitting((_line(one, overview) for one in chosen), LIST) or _(
        "There is none yet. `/feed add` announces new posts, `/pony schedule add` brings a random"
        " one at times."
    )
    if any(one.rhythm is not Rhythm.EACH for one in chosen):
        embed.set_footer(text=_("Times of day are those of {zone}.").format(zone=overview.zone))
    return embed


def feed_embed(one: Subscription, overview: Overview) -> discord.Embed:
    """Return everything about one feed or schedule."""
    title = _("Feed {id}") if one.kind is FeedKind.FEED else _("Schedule {id}")
    lines = [
        _("Site: {site}").format(site=site_title(one.site)),
        _("Query: {query}").format(query=query_text(one.query)),
        _("Channel: {channel}").format(channel=f"<#{one.channel_id}>"),
        *_wishes(one, overview.zone),
        _("State: {state}").format(state=state_text(one)),
        *_doings(one, overview),
    ]
    if one.pause_detail:
        lines.append(_("What I met: {reason}").format(reason=safe_text(one.pause_detail, _DETAIL)))
    return discord.Embed(
        title=title.format(id=one.id), colour=COLOUR, description=fitting(lines, LIST)
    )


def added_text(added: Added, found: Standing) -> str:
    """Return what a new feed or schedule will do."""
    one = added.subscription
    head = (
        _("Number {id} is set up for {channel}. It announces what comes from now on.")
        if one.kind is FeedKind.FEED
        else _("Number {id} is set up for {channel}: {when}.")
    )
    lines = [head.format(id=one.id, channel=f"<#{one.channel_id}>", when=when_text(one))]
    if one.next_at is not None:
        lines.append(
            _("It comes {when} for the first time; its times are those of {zone}.").format(
                when=stamp(one.next_at), zone=added.zone
            )
        )
    if added.beside:
        lines.append(
            _(
                "Between two random pictures in a channel lies an hour: where it meets number"
                " {ids}, one of them comes later."
            ).format(ids=", ".join(map(str, added.beside)))
        )
    if added.backfilled:
        lines.append(
            ngettext(
                "It begins with {count} picture of before.",
                "It begins with {count} pictures of before.",
                added.backfilled,
            ).format(count=added.backfilled)
        )
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
    if found.week is not None:
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
    old, new = _wishes(before, zone), _wishes(after, zone)
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


def stamp(when: datetime) -> str:
    """Return an instant in the reader's own time, relative to now."""
    return f"<t:{int(when.timestamp())}:R>"


def _line(one: Subscription, overview: Overview) -> str:
    line = _("**{id}** · {site} · {channel} · {query} · {when}").format(
        id=one.id,
        site=site_title(one.site),
        channel=f"<#{one.channel_id}>",
        query=query_text(one.query, _LINE_QUERY),
        when=when_text(one),
    )
    return f"{line}\n-# " + " · ".join([state_text(one), *_doings(one, overview)])


def _wishes(one: Subscription, zone: str) -> list[str]:
    """Return how posts are brought, a line each; only what was wished for."""
    lines = [_("When: {when}").format(when=when_text(one))]
    if one.rhythm is not Rhythm.EACH or one.quiet_from is not None:
        lines.append(_("Time zone: {zone}").format(zone=zone))
    settle = ngettext("Matures for: {count} minute", "Matures for: {count} minutes", one.settle)
    quiet = (one.quiet_from, one.quiet_until)
    texts: tuple[tuple[object, str], ...] = (
        (one.settle or None, settle.format(count=one.settle)),
        (one.min_score, _("Least score: {score}").format(score=one.min_score)),
        (None if None in quiet else quiet, _quiet_text(*quiet)),
        (one.cap, _("At most in an hour: {count}").format(count=one.cap)),
        (one.role_id, _("Mentions: {role}").format(role=f"<@&{one.role_id}>")),
        (one.forum_tags or None, _("Tags of the forum: {count}").format(count=len(one.forum_tags))),
        (one.publish or None, _("Published: to the followers of the channel, too")),
        (one.spoiler or None, _("Pictures: each behind a spoiler")),
        (
            one.template or None,
            _("Template: {template}").format(template=inline_code(one.template, _QUERY)),
        ),
        (one.adult or None, _("Needs: an age-restricted channel")),
    )
    return [*lines, *(text for value, text in texts if value is not None)]


def _quiet_text(begin: int | None, end: int | None) -> str:
    return _("Quiet hours: {begin} to {end}").format(
        begin=time_text(begin or 0), end=time_text(end or 0)
    )


def _doings(one: Subscription, overview: Overview) -> Iterator[str]:
    if one.next_at is not None and one.runs:
        yield _("next {when}").format(when=stamp(one.next_at))
    last = overview.told.get(one.id)
    yield _("last told {when}").format(when=stamp(last)) if last else _("nothing told yet")
    if owed := overview.owed.get(one.id):
        yield ngettext("{count} waits", "{count} wait", owed).format(count=owed)
    elif _fell_silent(one, last):
        yield _("brought nothing at its last times: few pictures match, or its site is out")


def _fell_silent(one: Subscription, last: datetime | None) -> bool:
    """Tell whether a schedule brought nothing at its last times, and nothing held it back."""
    if one.kind is not FeedKind.RANDOM or one.next_at is None or not one.runs:
        return False
    quiet = one.quiet_from is not None and one.rhythm is Rhythm.HOURLY
    begun = max(last or one.created_at, one.since)
    return not quiet and one.next_at - begun > _SILENT.get(one.rhythm, timedelta.max)


def _fields(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
