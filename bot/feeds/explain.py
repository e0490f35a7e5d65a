"""What a feed makes of one post, and why: its query term by term, its delays, the policy. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import Struct, UnsetType

from bot.clock import Clock
from bot.posts.model import Post
from bot.posts.text import plain_text
from bot.query import Aliases, Explanation, Query, Verdict
from bot.query.facts import NO_ALIASES
from bot.safety import Policy, Refusal, Rule, VerifiedPost, verify
from bot.safety.policy import folded
from bot.texts import _

T = TypeVar("T")

_TERM = 120
_VALUE = 60
_VALUES_NAMED = 5


class Wanted(Struct, frozen=True, kw_only=True):
    """What a feed wants of a post, apart from the policy of its channel."""

    query: Query
    since: datetime | None = None
    """Posts that the site first saw by then are not new to it; `None`: every post is."""
    settle: int = 0
    """Minutes that a post matures before it is decided."""
    min_score: int | None = None


class Judgement(Struct, frozen=True, kw_only=True):
    """What became of one post."""

    explanation: Explanation
    answer: Verdict = None
    """What the site itself says of the query, where the post alone does not decide it."""
    new: Verdict = True
    """Whether it came after the feed began; `None` where the site does not say."""
    matures_at: datetime | None = None
    """When it will have matured; `None` where it has."""
    score: int | None = None
    """What it has, where the feed wants one."""
    enough: Verdict = True
    """Whether that is enough; `None` where the site does not say."""
    outcome: VerifiedPost | Refusal
    hiding: tuple[Rule, ...] = ()
    """The rules of server and channel that hide it."""
    spoilering: tuple[Rule, ...] = ()

    @property
    def matches(self) -> Verdict:
        """Tell whether the query matches, as far as the post or its site says."""
        decided = self.explanation.verdict
        return self.answer if decided is None else decided

    @property
    def wanted(self) -> Verdict:
        """Tell whether the feed wants it as it is now, whether or not it may be shown."""
        verdicts = (self.matches, self.new, self.matures_at is None, self.enough)
        if False in verdicts:
            return False
        return None if None in verdicts else True


def judge(
    post: Post,
    wanted: Wanted,
    policy: Policy,
    clock: Clock,
    *,
    aliases: Aliases | Mapping[str, str] = NO_ALIASES,
) -> Judgement:
    """Return what a feed makes of a post under the policy of its channel."""
    now = clock.now()
    tags = folded(post.tags)
    first_seen = _said(post.first_seen_at)
    ripe = None if first_seen is None else first_seen + timedelta(minutes=wanted.settle)
    score = _said(post.score)
    explanation = wanted.query.explain(post, aliases=aliases, now=now)
    if not post.tags:
        # A deleted post does not say them (boards, 1.5): that it has none is not so.
        explanation = replace(explanation, verdict=None, compared=None, children=())
    return Judgement(
        explanation=explanation,
        new=wanted.since is None or (None if first_seen is None else first_seen > wanted.since),
        matures_at=ripe if ripe is not None and ripe > now else None,
        score=score,
        enough=wanted.min_score is None or (None if score is None else score >= wanted.min_score),
        outcome=verify(post, policy, clock=clock),
        hiding=tuple(rule for rule in policy.hiding if rule.applies(post, tags, now)),
        spoilering=tuple(rule for rule in policy.spoilering if rule.applies(post, tags, now)),
    )


def mark(verdict: Verdict) -> str:
    """Return the sign for a verdict: yes, no, or not to be told from the post."""
    return "?" if verdict is None else "✓" if verdict else "✗"


def tree_lines(explanation: Explanation, *, values: bool = True) -> Iterator[str]:
    """Yield a query's verdicts term by term, indented, as text without any markup.

    Without `values` it is not said what the post has: its tags need not be fit for the reader.
    """
    for depth, node in explanation.lines():
        line = f"{'  ' * depth}{mark(node.verdict)} {_words(node)}"
        if values and node.what == "term" and (said := _compared(node)):
            line += f" ({said})"
        yield line


def wanted_line(judgement: Judgement) -> str:
    """Return whether the feed wants the post as it is now, whether or not it may be shown."""
    texts = {
        True: _("The feed wants this post."),
        False: _("The feed does not want this post."),
        None: _("Whether the feed wants this post is not decided yet."),
    }
    return f"{mark(judgement.wanted)} {texts[judgement.wanted]}"


def query_line(judgement: Judgement) -> str:
    """Return what the query says of the post."""
    texts = {
        True: _("The query matches."),
        False: _("The query does not match."),
        None: _("The post alone does not say whether the query matches."),
    }
    text = texts[judgement.matches]
    if judgement.explanation.verdict is None and judgement.answer is not None:
        text = _("{text} The site says so; the post alone does not.").format(text=text)
    return f"{mark(judgement.matches)} {text}"


def delay_lines(judgement: Judgement, wanted: Wanted) -> Iterator[str]:
    """Yield what the feed wants beside its query, and whether the post has it."""
    if judgement.new is False:
        yield "✗ " + _("The site had it before this feed began.")
    elif judgement.new is None:
        yield "? " + _("The site does not say since when it has it.")
    if judgement.matures_at is not None:
        yield "✗ " + _("It still matures, until {time} UTC.").format(
            time=judgement.matures_at.strftime("%Y-%m-%d %H:%M")
        )
    if wanted.min_score is not None:
        text = (
            _("Its score is not said; the feed wants {least}.")
            if judgement.score is None
            else _("Its score is {score}; the feed wants {least}.")
        )
        line = text.format(score=judgement.score, least=wanted.min_score)
        yield f"{mark(judgement.enough)} {line}"


def _words(node: Explanation) -> str:
    texts = {
        "all": _("all of:"),
        "any": _("any of:"),
        "not": _("not:"),
        "everything": _("every post"),
        "nothing": _("no post"),
    }
    return texts.get(node.what) or plain_text(node.text, _TERM)


def _compared(node: Explanation) -> str:
    if node.compared is None:
        return _("only the site can say")
    if not node.compared:
        return _("it has none") if node.verdict is False else ""
    named = [plain_text(value, _VALUE) for value in node.compared[:_VALUES_NAMED]]
    if len(named) == 1 and named[0] == plain_text(node.text, _TERM):
        return ""
    return _("it has: {values}").format(values=", ".join(named))


def _said(value: T | UnsetType | None) -> T | None:
    return None if isinstance(value, UnsetType) else value
