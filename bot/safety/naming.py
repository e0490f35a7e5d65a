"""Which tags may be named where somebody types one (reference: safety, 3.7 and 5)."""

from bot.posts.rating import Rating, fold, ratings
from bot.posts.shown import fit_name
from bot.posts.tags import split_namespace
from bot.safety.policy import Policy, artist_name, is_hard_blocked


def may_name(tag: str, policy: Policy) -> bool:
    """Tell whether a tag may be offered where the policy holds.

    Never one that the policy denies, nor an artist who opted out. Where only safe art is shown, no
    rating and no word that is unfit for everybody.
    """
    folded = fold(tag)
    if folded in policy.denied or is_hard_blocked(frozenset({folded}), safe=False):
        return False
    if split_namespace(tag)[0] is not None and artist_name(tag) in policy.opted_out:
        return False
    if policy.ratings <= {Rating.SAFE}:
        return fit_name(tag)
    return ratings((tag,)) <= policy.ratings
