"""`mailmare explain`: what a feed would make of one post, and why, outside Discord."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.command_line import refuse, refuse_for_site, settings_or_refuse
from bot.exit_codes import Exit
from bot.texts import _

if TYPE_CHECKING:
    from bot.catalogue import Site
    from bot.feeds.explain import Judgement, Wanted
    from bot.posts.model import Post
    from bot.safety import Policy
    from bot.settings import Settings
    from bot.sites import Sites

HELP = _("Say what a feed makes of one post, and why: its query term by term, and the rules.")
#: Tags of a query that the site is asked for, to know their other names.
_MOST_TAGS = 20
#: What the sites put round a post that they give by its number.
_WRAPPED = ("image", "post", "pony")


class PostFileError(Exception):
    """A file that holds no post of the site; the text says why."""


def explain(
    site: Annotated[str, typer.Option(help=_("The site, such as derpibooru."))],
    post: Annotated[
        str, typer.Option(help=_("The post's number, or a file with what the site says of it."))
    ],
    query: Annotated[str, typer.Option(help=_("What the feed looks for."))] = "",
    settle: Annotated[int, typer.Option(min=0, help=_("Minutes that a post matures."))] = 0,
    min_score: Annotated[
        int | None, typer.Option(help=_("The least score that the feed wants."))
    ] = None,
    *,
    adult: Annotated[
        bool,
        typer.Option(help=_("As in an age-restricted channel, where the profile is full.")),
    ] = False,
) -> None:
    """Print the verdict on one post."""
    from bot import logs
    from bot.app import sites_in_use
    from bot.feeds.explain import Wanted
    from bot.feeds.proofreading import read_query
    from bot.query import QueryError
    from bot.sites import SiteError

    settings = settings_or_refuse()
    logs.configure(level="error", secrets=settings.secrets())
    row = sites_in_use(settings).get(site)
    if row is None or row.family == "ponyaggregate":
        known = ", ".join(
            name for name, one in sites_in_use(settings).items() if one.family != "ponyaggregate"
        )
        refuse(
            _("There is no site “{name}”; there are: {known}.").format(name=site, known=known),
            Exit.USAGE,
        )
    try:
        wanted = Wanted(query=read_query(query, row), settle=settle, min_score=min_score)
        lines = asyncio.run(_explain(settings, row, wanted, query, post, adult=adult))
    except QueryError as error:
        refuse("\n".join(filter(None, [error.message, error.hint])), Exit.USAGE)
    except PostFileError as error:
        refuse(str(error), Exit.USAGE)
    except SiteError as error:
        refuse_for_site(error)
    print("\n".join(lines))


async def _explain(
    settings: "Settings", site: "Site", wanted: "Wanted", query: str, given: str, *, adult: bool
) -> list[str]:
    from bot.clock import SYSTEM_CLOCK
    from bot.feeds.explain import judge

    policy = _policy(settings, adult=adult)
    if not (given.isascii() and given.isdecimal()):
        post = read_file(Path(given), site)
        return list(_lines(post, judge(post, wanted, policy, SYSTEM_CLOCK), wanted))
    post, judgement = await _ask(settings, site, wanted, query, int(given), policy)
    return list(_lines(post, judgement, wanted))


def read_file(path: Path, site: "Site") -> "Post":
    """Return the post of a file, as the site's own answer has it; raises PostFileError."""
    from msgspec import UNSET

    from bot.sites import BadResponse, philomena, ponyapi, twibooru

    try:
        body = json.loads(path.read_bytes())
    except OSError as error:
        raise PostFileError(
            _("{file} is no post's number, and as a file it cannot be read ({reason}).").format(
                file=path, reason=error.strerror
            )
        ) from None
    except (ValueError, RecursionError):
        raise PostFileError(_("{file} holds no JSON.").format(file=path)) from None
    around = body if isinstance(body, dict) else {}
    inner = next((around[name] for name in _WRAPPED if name in around), body)
    try:
        if site.family == "philomena":
            return philomena.decode_post(inner, site)
        if site.family == "twibooru":
            return twibooru.decode_post(inner, site)
        # Whether a pony is approved stands beside it (rule L14).
        return ponyapi.decode_post(inner, site, approved=around.get("approved", UNSET))
    except BadResponse as error:
        raise PostFileError(
            _("{file} holds no post of {site}: {reason}").format(
                file=path, site=site.title, reason=error.message
            )
        ) from None


def _policy(settings: "Settings", *, adult: bool) -> "Policy":
    from bot.safety import Verdict, Wishes, policy_for

    if not adult:
        return policy_for(settings.profile)
    wishes = Wishes(adult=True, graphic=settings.graphic)
    return policy_for(settings.profile, Verdict.ADULT, wishes, graphic=settings.graphic)


async def _ask(
    settings: "Settings",
    site: "Site",
    wanted: "Wanted",
    query: str,
    post_id: int,
    policy: "Policy",
) -> "tuple[Post, Judgement]":
    """Return a post as its site gives it now, and what becomes of it.

    The site is asked what the query's tags stand for, and for what it alone can say.
    """
    from msgspec import structs

    from bot.app import new_transport
    from bot.beside import cool_downs_beside
    from bot.clock import SYSTEM_CLOCK
    from bot.feeds.explain import judge
    from bot.feeds.preflight import site_says
    from bot.safety import by_id
    from bot.sites import Sites, Withheld

    async with cool_downs_beside(settings.data_dir, SYSTEM_CLOCK) as memory:
        transport = new_transport(settings, SYSTEM_CLOCK, memory)
        async with Sites({site.name: site}, transport, keys=settings.site_keys()) as sites:
            if site.dialect is None:
                pony = await sites.ponyapi.pony(post_id)
                return pony, judge(pony, wanted, policy, SYSTEM_CLOCK)
            board = sites.boards[site.name]
            try:
                post = await board.post(post_id, q=by_id(post_id, policy, site.dialect))
            except Withheld as withheld:
                post = withheld.post
            aliases = await _aliases(sites, site, wanted)
            judgement = judge(post, wanted, policy, SYSTEM_CLOCK, aliases=aliases)
            if judgement.matches is None:
                answer = await site_says(query, post_id, policy, board)
                judgement = structs.replace(judgement, answer=answer)
            return post, judgement


async def _aliases(sites: "Sites", site: "Site", wanted: "Wanted") -> dict[str, str]:
    from bot.feeds.roster import tags_named
    from bot.posts.tags import clean_tag_name
    from bot.sites import SiteError

    found: dict[str, str] = {}
    for name in sorted(tags_named(wanted.query))[:_MOST_TAGS]:
        try:
            canonical = clean_tag_name((await sites.boards[site.name].tag(name)).name)
        except SiteError:
            # The board has no such tag, or does not say now: it stands for itself.
            continue
        if canonical != name:
            found[name] = canonical
    return found


def _lines(post: "Post", judgement: "Judgement", wanted: "Wanted") -> Iterator[str]:
    from bot.feeds.explain import delay_lines, query_line, tree_lines, wanted_line
    from bot.safety import Refusal

    yield f"{post.key}  {post.page_url}"
    yield wanted_line(judgement)
    yield query_line(judgement)
    yield from (f"  {line}" for line in tree_lines(judgement.explanation))
    yield from delay_lines(judgement, wanted)
    outcome = judgement.outcome
    if isinstance(outcome, Refusal):
        yield _("✗ It is not shown: {reason} ({rule})").format(
            reason=outcome.reason, rule=outcome.rule
        )
    else:
        yield "✓ " + _("It may be shown.")
