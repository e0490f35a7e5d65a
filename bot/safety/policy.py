"""What may be shown at one destination."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct, json

from bot.posts.rating import Rating, fold
from bot.posts.tags import clean_tag_name, split_namespace
from bot.query import Query
from bot.safety.rules import Action, Rule


class Policy(Struct, frozen=True, kw_only=True):
    """What may be shown at one destination; the defaults are the strictest there is.

    Beneath every policy lie the hard blocks of `hard_block` (rule D3), which no field lifts.
    """

    ratings: frozenset[Rating] = frozenset({Rating.SAFE})
    """Ratings that a post may carry."""
    graphic: bool = False
    """The operator's opt-in to violent art; without it no rating lets any through (rule D2)."""
    hidden_tags: frozenset[str] = frozenset()
    """Tags that the server or channel does not want to see, by canonical name."""
    spoilered_tags: frozenset[str] = frozenset()
    """Tags whose posts are shown behind a spoiler."""
    hidden_queries: tuple[Query, ...] = ()
    """Queries whose posts are not shown; what a post does not decide is hidden too."""
    spoilered_queries: tuple[Query, ...] = ()
    """Queries whose posts are shown behind a spoiler, the undecided ones too."""
    rules: tuple[Rule, ...] = ()
    """The same four with the names of their makers, for answers that say by which rule."""
    denied_posts: frozenset[tuple[str, int]] = frozenset()
    """Posts that the operator denies everywhere, by site and id."""
    denied_artists: frozenset[str] = frozenset()
    """Canonical tags of artists who opted out, on every site and in every role."""
    sites_off: frozenset[str] = frozenset()
    """Sites that the operator switched off."""
    panic: bool = False
    """The operator stopped all media."""

    @property
    def hiding(self) -> tuple[Rule, ...]:
        """Every rule that hides posts."""
        return _in_force(self)[0]

    @property
    def spoilering(self) -> tuple[Rule, ...]:
        """Every rule that puts posts behind a spoiler."""
        return _in_force(self)[1]

    @property
    def opted_out(self) -> frozenset[str]:
        """The names, without a role, of `denied_artists`."""
        return _opted_out(self)

    @property
    def denied(self) -> frozenset[str]:
        """The folded forms of all tags that this policy does not let pass, whatever the rating."""
        return _denied(self)

    @property
    def fingerprint(self) -> str:
        """A short text that is equal for equal policies, in every process."""
        return _fingerprint(self)


SAFE = Policy()

#: Never shown: tags that say that somebody under age is sexualised (rule D3).
NEVER: frozenset[str] = frozenset({"foalcon", "lolicon", "shotacon"})
#: Not shown unless the post is rated safe, where the word means a young animal (rule D3).
ONLY_SAFE: frozenset[str] = frozenset({"cub"})
#: Never shown together (rule D3).
NEVER_TOGETHER: tuple[frozenset[str], ...] = (
    frozenset({"grimdark", "torture"}),
    frozenset({"grimdark", "animal abuse"}),
    frozenset({"gore", "grotesque"}),
)
#: Violent art, shown only with the operator's opt-in (rule D2).
GRAPHIC: frozenset[str] = frozenset({"grimdark", "grotesque", "gore"})

#: Changes with the lists above, so that nothing verified under older ones stays current.
_BLOCKS = sorted([*NEVER, *ONLY_SAFE, *GRAPHIC, *map(str, map(sorted, NEVER_TOGETHER))])


def folded(tags: Iterable[str]) -> frozenset[str]:
    """Return the folded forms of tags; only for denying."""
    return frozenset(map(fold, tags))


_NEVER = folded(NEVER)
_ONLY_SAFE = folded(ONLY_SAFE)
_NEVER_TOGETHER = tuple(map(folded, NEVER_TOGETHER))
_GRAPHIC = folded(GRAPHIC)


def is_hard_blocked(tags: frozenset[str], *, safe: bool) -> bool:
    """Tell whether a post with these folded tags is never shown anywhere (rule D3)."""
    if not tags.isdisjoint(_NEVER) or (not safe and not tags.isdisjoint(_ONLY_SAFE)):
        return True
    return any(pair <= tags for pair in _NEVER_TOGETHER)


def is_graphic(tags: frozenset[str]) -> bool:
    """Tell whether a post with these folded tags is violent art (rule D2)."""
    return not tags.isdisjoint(_GRAPHIC)


@lru_cache(maxsize=4096)
def _denied(policy: Policy) -> frozenset[str]:
    hidden = folded(rule.expression for rule in policy.hiding if rule.query is None)
    return hidden | _NEVER | (frozenset() if policy.graphic else _GRAPHIC)


@lru_cache(maxsize=4096)
def _in_force(policy: Policy) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    unnamed = (
        (Action.HIDE, policy.hidden_tags, policy.hidden_queries),
        (Action.SPOILER, policy.spoilered_tags, policy.spoilered_queries),
    )
    hiding, spoilering = (
        (
            *(rule for rule in policy.rules if rule.action is action),
            *(Rule(action=action, expression=tag) for tag in sorted(tags)),
            *(Rule(action=action, query=query) for query in queries),
        )
        for action, tags, queries in unnamed
    )
    return hiding, spoilering


def artist_name(tag: str) -> str:
    """Return whom a tag credits, in the one form in which artists are compared."""
    return split_namespace(clean_tag_name(tag))[1].replace("_", " ")


@lru_cache(maxsize=4096)
def _opted_out(policy: Policy) -> frozenset[str]:
    return frozenset(map(artist_name, policy.denied_artists))


@lru_cache(maxsize=4096)
def _fingerprint(policy: Policy) -> str:
    facts = [
        sorted(policy.ratings),
        policy.graphic,
        sorted(policy.hidden_tags),
        sorted(policy.spoilered_tags),
        [query.normal.digest.hex() for query in policy.hidden_queries],
        [query.normal.digest.hex() for query in policy.spoilered_queries],
        [rule.identity for rule in policy.rules],
        sorted(policy.denied_posts),
        sorted(policy.denied_artists),
        sorted(policy.sites_off),
        policy.panic,
        _BLOCKS,
    ]
    return hashlib.sha256(json.encode(facts)).hexdigest()[:16]
