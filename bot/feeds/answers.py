"""Queries that no body of a post decides, asked of the site for many posts at once."""

from collections.abc import Collection, Mapping
from itertools import chain
from typing import NamedTuple

import structlog

from bot.feeds.border import Fault, attempt
from bot.feeds.proofreading import read_query
from bot.feeds.reading import ids_query
from bot.feeds.roster import Roster
from bot.query import QueryError
from bot.safety import Policy, canonical
from bot.sites import BadQuery, BadRequest, Board, Priority
from bot.sites.board import MAX_PER_PAGE
from bot.texts import _

_log = structlog.get_logger(__name__)


class Question(NamedTuple):
    """What a site is asked."""

    meaning: bytes
    """Equal for queries that mean the same."""
    text: str


class Answers:
    """What a site says of queries about posts; equal queries are one question."""

    def __init__(self, board: Board, roster: Roster, policy: Policy) -> None:
        self._board = board
        self._roster = roster
        self._policy = policy
        self.refused: dict[int, str] = {}
        """Why the site cannot be asked for a subscription, for people, by its id."""
        self._said: dict[int, dict[bytes, bool]] = {}
        """What was answered of posts of which not everything is answered yet, by query."""

    async def ask(self, asks: Mapping[int, Collection[int]], most: int) -> set[int]:
        """Ask what these posts, by id, need to know for these subscriptions.

        At most 50 posts. At most `most` requests are made. Returns the posts of which everything
        is answered; the others are to be asked about again. Raises SiteError; what was answered
        before stays known.
        """
        texts: dict[bytes, str] = {}
        questions: dict[bytes, set[int]] = {}
        known = await self._questions(set(chain.from_iterable(asks.values())))
        for post_id, subscription_ids in asks.items():
            said = self._said.get(post_id, {})
            for one in known.keys() & subscription_ids:
                meaning, text = known[one]
                if meaning not in said:
                    texts.setdefault(meaning, text)
                    questions.setdefault(meaning, set()).add(post_id)
        for meaning in sorted(questions)[:most]:
            found = await self._found(texts[meaning], questions[meaning])
            for post_id in questions.pop(meaning):
                self._said.setdefault(post_id, {})[meaning] = post_id in found
        return set(asks).difference(*questions.values())

    def taken(self, post_id: int, subscription_ids: Collection[int]) -> frozenset[int]:
        """Return the subscriptions that the site says the post satisfies, and forget it."""
        true = {meaning for meaning, yes in self._said.pop(post_id, {}).items() if yes}
        return frozenset(
            one
            for one in subscription_ids
            if one not in self.refused
            and (question := self._question(one)) is not None
            and question.meaning in true
        )

    def forget(self, post_ids: Collection[int]) -> None:
        """Forget what was answered of posts of which nothing more is asked."""
        for post_id in post_ids:
            self._said.pop(post_id, None)

    async def _questions(self, subscription_ids: Collection[int]) -> dict[int, Question]:
        """Return what the site is asked for each; one that fails holds up no other (F42)."""

        async def asked(subscription_id: int) -> Question | None:
            return self._question(subscription_id)

        found: dict[int, Question] = {}
        for one in subscription_ids:
            question = await attempt(asked(one))
            if isinstance(question, Fault):
                _log.error("a query cannot be asked", subscription=one, exc_info=question.error)
                self._refuse(one, _("Nothing can be made of it."))
            elif question is not None:
                found[one] = question
        return found

    def _question(self, subscription_id: int) -> Question | None:
        """Return what the site is asked for a subscription; `None` where it cannot be."""
        subscription = self._roster.get(subscription_id)
        if subscription is None:
            return None
        site = self._board.site
        try:
            query = read_query(subscription.query, site)
            text = canonical(subscription.query, self._policy, site.dialect or "philomena")
        except QueryError as error:
            self._refuse(subscription_id, error.message)
            return None
        self.refused.pop(subscription_id, None)
        return Question(query.normal.digest, text)

    def _refuse(self, subscription_id: int, reason: str) -> None:
        if self.refused.get(subscription_id) != reason:
            _log.warning("a query cannot be asked", subscription=subscription_id, reason=reason)
        self.refused[subscription_id] = reason

    async def _found(self, text: str, post_ids: Collection[int]) -> set[int]:
        """Return those of the posts that the query finds; a refused query finds none."""
        try:
            page = await self._board.search(
                f"({text}), ({ids_query(post_ids)})",
                per_page=MAX_PER_PAGE,
                priority=Priority.BACKGROUND,
            )
        except (BadQuery, BadRequest) as error:
            # One query's mistake holds up no other (fault F42).
            _log.warning("a site refuses a query", site=error.site, reason=error.message)
            return set()
        return {post.id for post in page.posts}
