"""What a server's filters are, in words; only for those who may change them."""

import discord

from bot.catalogue import CATALOGUE
from bot.clock import Clock
from bot.guild_filters import Lifted, Subjects
from bot.policies import GuildWishes
from bot.posts.model import Post
from bot.posts.text import inline_code, safe_text
from bot.safety import Action, Policy, Refusal, VerifiedPost
from bot.safety.policy import folded
from bot.store import Filter, SiteFilter, Subject
from bot.texts import _, ngettext
from bot.ui.answers import refusal_text
from bot.ui.lines import COLOUR, CONTENT, LIST, fitting

_EXPRESSION = 200


def filters_embed(wishes: GuildWishes, channel_id: int | None) -> discord.Embed:
    """Return the list of filters of a server with all its channels, or of one channel."""
    lines = [
        *(_rule_line(rule) for rule in wishes.filters if channel_id in {None, rule.channel_id}),
        *(
            _site_filter_line(one)
            for one in wishes.site_filters
            if channel_id in {None, one.channel_id}
        ),
    ]
    embed = discord.Embed(title=_("Filters"), colour=COLOUR)
    embed.description = fitting(lines, LIST) or _(
        "Nothing is filtered here. `/filter preset` hides a list of tags that is a good start."
    )
    return embed


def put_text(subjects: Subjects, kind: Action, where: str) -> str:
    """Return what was hidden or put behind a spoiler."""
    names = [inline_code(expression, _EXPRESSION) for _kind, expression in subjects.all]
    head = (
        _("Hidden from now on in {place}:")
        if kind is Action.HIDE
        else _("Behind a spoiler from now on in {place}:")
    ).format(place=where)
    notes = [f"- {safe_text(note, _EXPRESSION * 2)}" for note in subjects.notes]
    return fitting([f"{head} {', '.join(names)}", *notes], CONTENT)


def lifted_text(lifted: Lifted, where: str) -> str:
    """Return what became of rules that were to be lifted."""
    texts = (
        (lifted.removed, _("No longer filtered in {place}: {names}")),
        (lifted.shown, _("Shown in {place} all the same, whatever holds elsewhere: {names}")),
        (lifted.absent, _("There was no such rule in {place}: {names}")),
    )
    lines = [
        text.format(
            place=where, names=", ".join(inline_code(one, _EXPRESSION) for one in expressions)
        )
        for expressions, text in texts
        if expressions
    ]
    return fitting(lines, CONTENT)


def verdict_text(post: Post, outcome: VerifiedPost | Refusal, policy: Policy, clock: Clock) -> str:
    """Return what the rules of a place make of a post, and which of them."""
    tags, now = folded(post.tags), clock.now()
    if isinstance(outcome, VerifiedPost):
        verdict = (
            _("Post {id} is shown behind a spoiler.")
            if outcome.spoiler
            else _("Post {id} is shown.")
        ).format(id=post.id)
    else:
        verdict = refusal_text(outcome)
    lines = [verdict]
    for text, rules in (
        (_("- hidden by the {rule}"), policy.hiding),
        (_("- behind a spoiler by the {rule}"), policy.spoilering),
    ):
        lines += [
            text.format(rule=safe_text(rule.label, _EXPRESSION))
            for rule in rules
            if rule.applies(post, tags, now)
        ]
    return fitting(lines, CONTENT)


def preset_text(count: int, where: str) -> str:
    """Return how many tags of the default list are hidden now."""
    if count == 0:
        return _("The whole list was applied in {place} before.").format(place=where)
    return ngettext(
        "{count} tag of the default list is hidden from now on in {place}. `/filter show` lists"
        " it, `/filter unhide` lifts it.",
        "{count} tags of the default list are hidden from now on in {place}. `/filter show` lists"
        " them, `/filter unhide` lifts each.",
        count,
    ).format(count=count, place=where)


def site_filter_text(found: SiteFilter, where: str) -> str:
    """Return what an imported filter does."""
    tags = _(
        "The filter “{name}” of {site} holds from now on in {place}, for posts of that site. It"
        " hides {hidden} tags and spoilers {spoilered}."
    ).format(
        name=safe_text(found.name, _EXPRESSION),
        site=CATALOGUE[found.site].title,
        place=where,
        hidden=len(found.hidden_tags),
        spoilered=len(found.spoilered_tags),
    )
    queries = found.hidden_query.strip() or found.spoilered_query.strip()
    searches = _("What its own searches find it hides or spoilers too.") if queries else ""
    return " ".join(filter(None, (tags, searches, _("It is read again every day."))))


def place_text(channel_id: int | None) -> str:
    """Return a place's name."""
    return _("this server") if channel_id is None else f"<#{channel_id}>"


def _rule_line(rule: Filter) -> str:
    kinds = {Action.HIDE: _("hidden"), Action.SPOILER: _("spoiler"), Action.SHOW: _("shown")}
    subject = _("query") if rule.subject is Subject.QUERY else _("tag")
    words = inline_code(rule.expression, _EXPRESSION)
    line = f"- **{kinds[rule.kind]}** · {place_text(rule.channel_id)} · {subject} {words}"
    if rule.site in CATALOGUE:
        line += f" · {CATALOGUE[rule.site].title}"
    return line


def _site_filter_line(one: SiteFilter) -> str:
    site = CATALOGUE[one.site].title if one.site in CATALOGUE else one.site
    return _("- **site filter** · {place} · {site} {number} ({name})").format(
        place=place_text(one.channel_id),
        site=site,
        number=one.filter_id,
        name=safe_text(one.name, _EXPRESSION),
    )
