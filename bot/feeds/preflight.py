"""What a wish would bring, asked of its site before it is kept."""

from datetime import datetime, timedelta

from msgspec import Struct

from bot.catalogue import CATALOGUE
from bot.clock import Clock
from bot.feeds.proofreading import Proof, proofread
from bot.feeds.wishes import FeedRefusedError
from bot.posts.model import Post
from bot.query import QueryError, Verdict
from bot.safety import Policy, canonical, plain_tags
from bot.sites import BadQuery, Board, NotFound, SiteError, Sites
from bot.store import FeedKind, Rhythm, Subscription
from bot.texts import _

#: The time over which it is told how many posts matched.
WEEK = timedelta(days=7)
#: Times that a schedule has before a picture may come again, in three days and an hour.
_TIMES = {Rhythm.HOURLY: 73, Rhythm.DAILY: 4}
#: Posts read to see what a query finds; more than a backfill may have.
_READ = 25


class Preflight(Struct, frozen=True, kw_only=True):
    """What is known of a wish before it is kept."""

    proof: Proof
    newest: tuple[Post, ...] = ()
    """What its site finds under the policy, newest first; of a schedule one at random."""
    week: int | None = None
    """How many posts of the last week it finds; `None` where that was not asked."""
    drawn: bool = False
    """Whether it is a schedule's: its site finds what it draws, and nothing is looked at again."""
    few: int | None = None
    """How many pictures a schedule can draw, where it has times for more of them (rule D11)."""
    unasked: str = ""
    """Why the site was not asked, for people; empty where it was."""


async def preflight(wish: Subscription, policy: Policy, sites: Sites, clock: Clock) -> Preflight:
    """Ask a wish's site what it would bring under the policy of its channel.

    Raises QueryError where it cannot be read or only asks for what may not be shown there,
    BadQuery where the site itself does not take it, and FeedRefusedError where the site is off or
    has nothing of the kind. A site that cannot be asked at the moment is no reason to refuse.
    """
    if wish.site not in sites or wish.site in policy.sites_off:
        raise FeedRefusedError(off_text(wish.site))
    client = sites[wish.site]
    proof = proofread(wish.query, client.site, policy)
    try:
        if wish.site not in sites.boards:
            pony = await sites.ponyapi.random(plain_tags(wish.query))
            return Preflight(proof=proof, newest=(pony,), drawn=True)
        board = sites.boards[wish.site]
        if wish.kind is FeedKind.RANDOM:
            return await _drawn(wish, proof, policy, board)
        if proof.sent is None:
            text = _("It cannot be asked this; I match it here, so nothing is known beforehand.")
            return Preflight(proof=proof, unasked=text)
        return await _found(proof, board, clock.now())
    except BadQuery:
        raise
    except NotFound:
        raise FeedRefusedError(_("The site has no picture with all these tags.")) from None
    except SiteError as error:
        return Preflight(proof=proof, unasked=error.message)


def off_text(site: str) -> str:
    """Return that a site is off, for people: also for those who did not name it themselves."""
    title = CATALOGUE[site].title if site in CATALOGUE else site
    return _("The operator switched {site} off.").format(site=title)


async def site_says(text: str, post_id: int, policy: Policy, board: Board) -> Verdict:
    """Ask a board whether a query finds a post that the policy lets through.

    `None` where it cannot be asked that, or not now.
    """
    try:
        sent = canonical(text, policy, board.site.dialect or "philomena")
        # What is sent ends in brackets or terms of ours: one more condition binds all of it.
        page = await board.search(f"{sent}, id:{post_id}", per_page=1)
    except (QueryError, SiteError):
        return None
    return any(post.id == post_id for post in page.posts)


async def _drawn(wish: Subscription, proof: Proof, policy: Policy, board: Board) -> Preflight:
    # What can only be matched here cannot be drawn there; this says what is wrong with it.
    sent = proof.sent or canonical(wish.query, policy, board.site.dialect or "philomena")
    page = await board.search(sent, sort="random", per_page=_READ)
    if not page.posts and not page.skipped:
        raise QueryError(_("Nothing that may be shown there was found."), end=len(wish.query))
    wanted = _TIMES.get(wish.rhythm, 0)
    few = page.total if page.total is not None and page.total < wanted else None
    return Preflight(proof=proof, newest=page.posts, drawn=True, few=few)


async def _found(proof: Proof, board: Board, now: datetime) -> Preflight:
    assert proof.sent is not None  # noqa: S101  the caller asked
    page = await board.search(proof.sent, per_page=_READ)
    begin = now - WEEK
    week = sum(
        isinstance(p.first_seen_at, datetime) and p.first_seen_at > begin for p in page.posts
    )
    if week == len(page.posts) and not page.is_last:
        # What is sent ends in brackets or terms of ours: one more condition binds all of it.
        counted = f"{proof.sent}, first_seen_at.gte:{begin.strftime('%Y-%m-%dT%H:%M:%SZ')}"
        more = await board.search(counted, per_page=1)
        week = more.total if more.total is not None else week
    return Preflight(proof=proof, newest=page.posts, week=week)
