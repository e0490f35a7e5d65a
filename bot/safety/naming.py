"""Which tags may be named, in an answer or while somebody types (reference: safety, 3.7, 5)."""

from bot.posts.rating import Rating, fold, ratings
from bot.posts.shown import fit_name
from bot.posts.tags import LONGEST_TAG, clean_tag_name, split_namespace
from bot.posts.text import plain_text
from bot.safety.policy import Policy, artist_name, is_hard_blocked


def may_name(tag: str, policy: Policy) -> bool:
    """Tell whether a tag may be named where the policy holds, just as it is written.

    Never one that is not what it looks like (reference: safety, 4), that the policy denies, nor an
    artist who opted out. Where only safe art is shown, no rating and no word that is unfit for
    everybody.
    """
    if plain_text(tag, LONGEST_TAG) != tag:
        return False
    folded = fold(tag)
    if folded in policy.denied or is_hard_blocked(frozenset({folded}), safe=False):
        return False
    namespace, _name = split_namespace(clean_tag_name(tag))
    if namespace is not None and artist_name(tag) in policy.opted_out:
        return False
    if policy.ratings <= {Rating.SAFE}:
        return fit_name(tag)
    return ratings((tag,)) <= policy.ratings
