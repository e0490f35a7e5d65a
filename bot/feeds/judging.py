"""What after-care does about a post that was announced, by what it says now (safety, 3.8).

Pure. What was shown is taken back where it may not be shown at all any more. Not every refusal
says that:

* Retagged: a rating that does not fit the channel, a hard block, a tag that the server hides:
  taken back.
* Gone: merged, deleted, hidden by its site, not approved any more, unknown to the site when asked
  for by itself: taken back.
* Denied by the operator, or its artist opted out: taken back.
* The channel lost its age-restricted flag: what does not fit it any more is taken back. But only
  where the channel is known: after a start every channel passes for one for everybody (rule D6).
* A server hides something from now on: what was shown before stays. It is left alone, and goes
  only when the message has to be put together anew, as it cannot be shown again. Which of both it
  is, the tags tell: they changed, or they did not.
* The operator stopped all pictures or switched a site off, for now: what was shown stays, and is
  not shown anew; what has to go still goes.
* The site is at fault: it makes thumbnails anew, its answer makes no picture or cannot be read at
  all: left alone, and looked at again soon.
"""

from typing import TypeAlias

from msgspec import Struct, structs

from bot.clock import Clock
from bot.feeds.shown import Shown, ratings_of, tags_of
from bot.policies import OF_PLACE
from bot.posts.model import Post
from bot.posts.rating import Rating
from bot.safety import Policy, Refusal, VerifiedPost, verify
from bot.texts import _

_STOPPED = frozenset({"safety 3.9 panic", "safety 3.9 site"})
#: Refusals that say what the post is, whatever the place.
_FOR_GOOD = frozenset(
    {
        "D3",
        "L14",
        "safety 3.5 merged",
        "safety 3.5 deleted",
        "safety 3.5 hidden",
        "safety 3.9 post",
        "safety 3.9 artist",
    }
)


class Leave(Struct, frozen=True):
    """It stays as it is, and cannot be shown anew because of a refusal."""

    refusal: Refusal
    again: bool = False
    """Whether that is the site's fault: to be looked at again soon."""


#: A verified post is shown as it is now, a refusal means that it is taken back.
Judgement: TypeAlias = VerifiedPost | Refusal | Leave


def judge(
    post: Post | None, policy: Policy, before: Shown, *, place_known: bool, clock: Clock
) -> Judgement:
    """Say what to do about a post; `None` is one that its site does not know any more.

    `before` is what was shown of it, `place_known` whether the policy is that of a channel whose
    facts are known.
    """
    if post is None:
        return Refusal("safety 3.8 gone", _("This post is not on its site any more."))
    found = verify(post, policy, clock=clock)
    if isinstance(found, Refusal) and found.rule in _STOPPED:
        lifted = structs.replace(policy, panic=False, sites_off=frozenset())
        again = judge(post, lifted, before, place_known=place_known, clock=clock)
        return Leave(found) if isinstance(again, VerifiedPost) else again
    if isinstance(found, VerifiedPost):
        return found
    return _refused(post, policy, before, found, place_known=place_known, clock=clock)


def _refused(
    post: Post, policy: Policy, before: Shown, refusal: Refusal, *, place_known: bool, clock: Clock
) -> Judgement:
    if refusal.by is not None:
        return refusal if tags_of(post) != before.tags else Leave(refusal)
    if refusal.rule in OF_PLACE:
        if place_known or ratings_of(post) != before.ratings:
            return refusal
        anywhere = structs.replace(policy, ratings=frozenset(Rating), graphic=True)
        again = judge(post, anywhere, before, place_known=True, clock=clock)
        if isinstance(again, VerifiedPost):
            return Leave(refusal)
        return again
    return refusal if refusal.rule in _FOR_GOOD else Leave(refusal, again=True)
