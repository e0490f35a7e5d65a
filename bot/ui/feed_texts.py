"""Feeds and schedules in words; only for those who may change them."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import discord

from bot.catalogue import CATALOGUE
from bot.feeds.schedule import is_silent
from bot.feeds.wishes import time_text
from bot.guild_feeds import Overview
from bot.posts.text import inline_code, safe_text
from bot.store import FeedKind, Pause, Rhythm, Subscription
from bot.texts import _, ngettext
from bot.ui.lines import COLOUR, LIST, fitting

_QUERY, _LINE_QUERY, _DETAIL = 500, 80, 200


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


def list_embed(
    overview: Overview, kind: FeedKind | None = None, *, channel_id: int | None = None
) -> discord.Embed:
    """Return a server's feeds and schedules, a line or two each, those that are paused first.

    Of one kind or all, of one channel or all.
    """
    chosen = sorted(
        (
            one
            for one in overview.subscriptions
            if kind in {None, one.kind} and channel_id in {None, one.channel_id}
        ),
        key=lambda one: one.runs,
    )
    embed = discord.Embed(title=_("Feeds and schedules"), colour=COLOUR)
    if kind is FeedKind.RANDOM:
        embed.title = _("Schedules")
    none = _(
        "There is none yet. `/feed add` announces new posts, `/pony schedule add` brings a random"
        " one at times."
    )
    lines = [*_troubles(chosen, overview), *(_line(one, overview) for one in chosen)]
    embed.description = fitting(lines, LIST) or none
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
        *wish_lines(one, overview.zone),
        _("State: {state}").format(state=state_text(one)),
        *_troubles([one], overview),
        *_doings(one, overview),
    ]
    if one.pause_detail:
        lines.append(_("What I met: {reason}").format(reason=safe_text(one.pause_detail, _DETAIL)))
    return discord.Embed(
        title=title.format(id=one.id), colour=COLOUR, description=fitting(lines, LIST)
    )


def stamp(when: datetime) -> str:
    """Return an instant in the reader's own time, relative to now."""
    return f"<t:{int(when.timestamp())}:R>"


def _troubles(chosen: Iterable[Subscription], overview: Overview) -> Iterator[str]:
    """Yield why nothing comes of some for which their own state says nothing, a line each."""
    if overview.panic:
        yield _("The operator stopped all pictures for now. New ones come when that ends.")
    for site in sorted({one.site for one in chosen} & overview.out.keys()):
        yield _("{site} has not answered since {when}; what is new there comes later.").format(
            site=site_title(site), when=stamp(overview.out[site])
        )


def _line(one: Subscription, overview: Overview) -> str:
    line = _("**{id}** · {site} · {channel} · {query} · {when}").format(
        id=one.id,
        site=site_title(one.site),
        channel=f"<#{one.channel_id}>",
        query=query_text(one.query, _LINE_QUERY),
        when=when_text(one),
    )
    return f"{line}\n-# " + " · ".join([state_text(one), *_doings(one, overview)])


def wish_lines(one: Subscription, zone: str) -> list[str]:
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
    elif (
        one.kind is FeedKind.RANDOM
        and one.runs
        and one.next_at
        and is_silent(one, last, one.next_at)
    ):
        yield _("brought nothing at its last times: few pictures match, or its site is out")
