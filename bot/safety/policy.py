"""What may be shown at one destination."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct, json

from bot.posts.rating import Rating, fold


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

    @property
    def denied(self) -> frozenset[str]:
        """The folded forms of all tags that this policy does not let pass, whatever the rating."""
        return _denied(self)

    @property
    def spoilered(self) -> frozenset[str]:
        """The folded forms of `spoilered_tags`."""
        return _spoilered(self)

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
    return folded(policy.hidden_tags) | _NEVER | (frozenset() if policy.graphic else _GRAPHIC)


@lru_cache(maxsize=4096)
def _spoilered(policy: Policy) -> frozenset[str]:
    return folded(policy.spoilered_tags)


@lru_cache(maxsize=4096)
def _fingerprint(policy: Policy) -> str:
    facts = [
        sorted(policy.ratings),
        policy.graphic,
        sorted(policy.hidden_tags),
        sorted(policy.spoilered_tags),
        _BLOCKS,
    ]
    return hashlib.sha256(json.encode(facts)).hexdigest()[:16]
