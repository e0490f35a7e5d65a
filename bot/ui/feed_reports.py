"""What feeds did, and why: history, statistics and the account of one post."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import discord

from bot.feeds.explain import Judgement, Wanted, delay_lines, query_line, tree_lines, wanted_line
from bot.feeds.placing import first_of
from bot.posts.text import safe_text, utf16_len
from bot.safety import Refusal
from bot.store import Announcement, Pending, Status, Subscription, Waiting
from bot.store.history import Step
from bot.texts import _, ngettext
from bot.ui.answers import refusal_text
from bot.ui.feed_texts import site_title, stamp, state_text
from bot.ui.lines import COLOUR, CONTENT, LIST, fitting
from bot.ui.plot import bar

_REASON, _RULE = 200, 200
_BAR = 24
#: What a query's tree may take of an answer, in UTF-16 units.
_TREE = 1000


def status_text(one: Announcement) -> str:
    """Return what became of an announcement."""
    texts = {
        Status.QUEUED: _("waits to be sent, not before {due}"),
        Status.SENDING: _("is being sent"),
        Status.SENT: _("sent {sent}: {link}"),
        Status.HIDDEN: _("kept back ({rule}): {reason}"),
        Status.TWIN: _("the same picture was announced there already, as {first}"),
        Status.DROPPED: _("not sent after all: {reason}"),
        Status.FOLDED: _("only counted, in “and more”: there were too many at a time"),
        Status.ASIDE: _("set aside, because Discord does not take it: {reason}"),
        Status.REMOVED: _("sent, and taken back later: {reason}"),
    }
    if one.status is Status.QUEUED and one.digest and one.lead_id is None:
        return _("waits for its feed's hour, day or week to end")
    return texts[one.status].format(
        due=stamp(one.due_at),
        sent=stamp(one.sent_at or one.due_at),
        link=_link(one),
        rule=safe_text(one.rule, _RULE),
        reason=safe_text(one.reason, _REASON),
        first=_first(one),
    )


def history_embed(announcements: Iterable[Announcement]) -> discord.Embed:
    """Return what was announced of late, newest first, with links to the messages.

    No page is linked and no tag named: what an age-restricted channel has stays there.
    """
    lines = []
    for one in announcements:
        what = (
            ngettext("{count} more", "{count} more", one.more).format(count=one.more)
            if one.post_id is None
            else _("{site} {id}").format(site=site_title(one.site), id=one.post_id)
        )
        lines.append(
            _("- {what} → {channel} · {status}").format(
                what=what, channel=f"<#{one.channel_id}>", status=status_text(one)
            )
        )
    return discord.Embed(
        title=_("Latest announcements"),
        colour=COLOUR,
        description=fitting(lines, LIST) or _("Nothing was announced yet."),
    )


def stats_embed(steps: Sequence[Step], zone: str, now: datetime, days: int) -> discord.Embed:
    """Return how much was announced and hidden on each of the last days of the server's zone."""
    where = ZoneInfo(zone)
    told: defaultdict[date, int] = defaultdict(int)
    hidden: defaultdict[date, int] = defaultdict(int)
    for step in steps:
        day = step.begins.astimezone(where).date()
        told[day] += step.announced
        hidden[day] += step.hidden
    today = now.astimezone(where).date()
    shown = [today - timedelta(days=back) for back in range(days)]
    largest = max((told[day] + hidden[day] for day in shown), default=0)
    lines = []
    for day in shown:
        count = told[day]
        drawn = bar(count, largest, _BAR) + "░" * len(bar(hidden[day], largest, _BAR))
        lines.append(f"{day:%m-%d} {count:>5} {hidden[day]:>5} {drawn}".rstrip())
    head = _("day, announced █, hidden ░")
    total = _("In all {told} announced and {hidden} hidden.").format(
        told=sum(told[day] for day in shown), hidden=sum(hidden[day] for day in shown)
    )
    text = "\n".join(["```", head, *lines, "```", total])
    return discord.Embed(title=_("What was announced"), colour=COLOUR, description=text)


def explain_text(
    judgement: Judgement,
    wanted: Wanted,
    one: Subscription,
    rows: Iterable[Announcement],
    *,
    pending: Pending | None = None,
    values: bool,
) -> str:
    """Return what a feed makes of a post, why, and what became of it in the feed's channel.

    `rows` are what the server's channels were owed of the post, and of what it is a twin of.
    `pending` is why and when it is looked at again; `values` is whether it may be said what the
    post has where this is read.
    """
    lines = [wanted_line(judgement), query_line(judgement), *_tree(judgement, values=values)]
    lines += delay_lines(judgement, wanted)
    if not one.runs:
        lines.append("✗ " + _("The feed: {state}").format(state=state_text(one)))
    place = f"<#{one.channel_id}>"
    outcome = judgement.outcome
    if isinstance(outcome, Refusal):
        lines.append("✗ " + f"{refusal_text(outcome)} ({safe_text(outcome.rule, _RULE)})")
    elif outcome.spoiler:
        lines.append(
            "✓ " + _("It may be shown in {channel}, behind a spoiler.").format(channel=place)
        )
    else:
        lines.append("✓ " + _("It may be shown in {channel}.").format(channel=place))
    for text, rules in (
        (_("- hidden by the {rule}"), judgement.hiding),
        (_("- behind a spoiler by the {rule}"), judgement.spoilering),
    ):
        lines += [text.format(rule=safe_text(rule.label, _RULE)) for rule in rules]
    if pending is not None:
        lines.append(_waiting_text(pending))
    lines += became_lines(rows, one.channel_id)
    return fitting(lines, CONTENT)


def became_lines(rows: Iterable[Announcement], channel_id: int) -> Iterator[str]:
    """Yield what became in a channel of what it was owed, a line each; or that it was not."""
    there = [one for one in rows if one.channel_id == channel_id]
    if not there:
        yield _("Nothing of it was ever owed to that channel.")
    for one in there:
        yield _("In {channel}, {site} {id}: {status}").format(
            channel=f"<#{channel_id}>",
            site=site_title(one.site),
            id=one.post_id,
            status=status_text(one),
        )


def _tree(judgement: Judgement, *, values: bool) -> Iterator[str]:
    """Yield the query's tree as one block of code, which nothing in it can end."""
    kept: list[str] = []
    room = _TREE
    for line in tree_lines(judgement.explanation, values=values):
        line = line.replace("`", "'")  # noqa: PLW2901
        room -= utf16_len(line) + 1
        if room < 0:
            kept.append("…")
            break
        kept.append(line)
    yield "\n".join(["```", *kept, "```"])


def _waiting_text(pending: Pending) -> str:
    reasons = {
        Waiting.THUMBNAILS: _("its pictures are still made"),
        Waiting.SETTLING: _("it matures"),
        Waiting.VOTES: _("its votes count"),
        Waiting.ANSWER: _("the site is asked"),
        Waiting.FAULT: _("something went wrong with it"),
    }
    return _("I look at it again {when}, because {reason}.").format(
        when=stamp(pending.due_at), reason=reasons[pending.reason]
    )


def _first(one: Announcement) -> str:
    """Return of which post an announcement is a twin; empty where it is none."""
    if one.status is not Status.TWIN:
        return ""
    site, post_id = first_of(one)
    return _("{site} {id}").format(site=site_title(site), id=post_id)


def _link(one: Announcement) -> str:
    if one.message_id is None:
        return _("its message is not known")
    channel = one.message_channel_id or one.channel_id
    return f"https://discord.com/channels/{one.guild_id}/{channel}/{one.message_id}"
