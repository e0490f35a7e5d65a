"""The verifier: what a renderer may be handed (reference: safety, 3.5 and 3.6)."""

from typing import Final, NoReturn, final

from msgspec import UNSET, Struct

from bot.clock import SYSTEM_CLOCK, Clock
from bot.posts.credit import Credit, artists_of
from bot.posts.credit import credit as credit_of
from bot.posts.media import Media, NoMedia, choose_media
from bot.posts.model import Post
from bot.posts.rating import Rating, ratings
from bot.posts.shown import shown_tags as tags_to_show
from bot.posts.tags import clean_tag_name
from bot.posts.urls import host_of
from bot.safety.policy import Policy, artist_name, folded, is_graphic, is_hard_blocked
from bot.safety.rules import Rule
from bot.texts import _

#: Seconds for which a verified post may be rendered (reference: safety, 3.6).
CURRENT_FOR: Final = 300.0
#: The largest id on a board, ten digits, and the largest elsewhere, 53 bits (safety, 5).
MAX_BOARD_ID: Final = 9_999_999_999
MAX_ID: Final = 2**53

#: Sites whose bodies never say that a post is hidden: the others' silence is a refusal.
_WITHOUT_HIDDEN_STATE: Final = frozenset({"ponyapi"})
#: Sites whose ids are longer than the boards'.
_WITH_LONG_IDS: Final = frozenset({"ponyapi"})


class Refusal(Struct, frozen=True):
    """Why a post is not shown."""

    rule: str
    """The rule's id, such as `D3` or `safety 3.5 rating`."""
    reason: str
    """Text for people; names no tag."""
    by: Rule | None = None
    """The server's or channel's rule that hides it, to count by; `None` where it was another."""


class _Seal:
    """What only this module has one of."""


_SEAL: Final = _Seal()


@final
class VerifiedPost:
    """A post that a policy's verifier let through; only `verify` makes one, nothing copies it."""

    __slots__ = (
        "credit", "media", "policy_fingerprint", "post", "shown_tags", "spoiler", "verified_at",
    )  # fmt: skip

    post: Post
    credit: Credit
    media: Media
    shown_tags: tuple[str, ...]
    """A short list of tags fit for a text in this channel (reference: safety, 3.7)."""
    spoiler: bool
    """To be sent as a gallery behind a spoiler, never as an embed."""
    policy_fingerprint: str
    verified_at: float
    """Seconds of the clock's `monotonic`."""

    def __init__(
        self,
        seal: _Seal,
        *,
        post: Post,
        credit: Credit,
        media: Media,
        shown_tags: tuple[str, ...],
        spoiler: bool,
        policy_fingerprint: str,
        verified_at: float,
    ) -> None:
        if seal is not _SEAL:
            raise TypeError("only verify() makes a VerifiedPost")
        write = object.__setattr__
        write(self, "post", post)
        write(self, "credit", credit)
        write(self, "media", media)
        write(self, "shown_tags", shown_tags)
        write(self, "spoiler", spoiler)
        write(self, "policy_fingerprint", policy_fingerprint)
        write(self, "verified_at", verified_at)

    def is_current(self, policy: Policy, clock: Clock = SYSTEM_CLOCK) -> bool:
        """Tell whether it may still be rendered under `policy`, or must be verified again."""
        age = clock.monotonic() - self.verified_at
        return 0.0 <= age <= CURRENT_FOR and self.policy_fingerprint == policy.fingerprint

    def __repr__(self) -> str:
        return f"<VerifiedPost {self.post.key}>"

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a VerifiedPost does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a VerifiedPost does not change")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError(f"a VerifiedPost has no kinds, so no {cls.__name__}")

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a VerifiedPost is verified again, not copied or stored")


def verify(post: Post, policy: Policy, *, clock: Clock = SYSTEM_CLOCK) -> VerifiedPost | Refusal:
    """Let a post through under a policy, or say which rule keeps it out.

    Pure, and closed by default: what the post does not say in so many words is refused. Call it
    with the very object whose fields are rendered.
    """
    refusal = (
        _shape_refusal(post)
        or _switch_refusal(post, policy)
        or _state_refusal(post)
        or _block_refusal(post, policy)
        or _rating_refusal(post, policy)
        or _hidden_refusal(post, policy, clock)
    )
    if refusal is not None:
        return refusal
    media = choose_media(post)
    if isinstance(media, NoMedia):
        return Refusal(media.rule, media.reason)
    if any(host_of(url) not in post.media_hosts for url in media.urls):
        return Refusal("safety 3.5 media host", _("The picture is not on the site's own servers."))
    given = credit_of(post)
    if given is None:
        return Refusal("L4", _("This post's page has no usable address."))
    tags = folded(post.tags)
    return VerifiedPost(
        _SEAL,
        post=post,
        credit=given,
        media=media,
        shown_tags=tags_to_show(post.tags, denied=policy.denied),
        spoiler=any(rule.applies(post, tags, clock.now()) for rule in policy.spoilering),
        policy_fingerprint=policy.fingerprint,
        verified_at=clock.monotonic(),
    )


def _texts_only(values: object) -> bool:
    return isinstance(values, tuple) and all(isinstance(value, str) for value in values)


def _shape_refusal(post: Post) -> Refusal | None:
    """Refuse what a decoder should never have let through (reference: safety, 5)."""
    sources: object = post.sources
    if sources is UNSET or sources is None:
        sources = ()
    urls = (post.site, post.page_url, *post.representations, *post.representations.values())
    if (
        _texts_only(post.tags)
        and _texts_only(sources)
        and _texts_only(urls)
        and _is_id(post.id, MAX_ID if post.site in _WITH_LONG_IDS else MAX_BOARD_ID)
        and isinstance(post.media_hosts, frozenset)
    ):
        return None
    return Refusal("safety 5", _("The site's answer was not understood."))


def _is_id(value: object, largest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= largest


def _state_refusal(post: Post) -> Refusal | None:
    if post.duplicate_of not in (UNSET, None):
        text = _("This post was merged into post {id}.").format(id=post.duplicate_of)
        return Refusal("safety 3.5 merged", text)
    if post.deletion_reason not in (UNSET, None, ""):
        return Refusal("safety 3.5 deleted", _("This post was deleted from the site."))
    hidden = post.hidden_from_users
    if hidden is not False and not (hidden is UNSET and post.site in _WITHOUT_HIDDEN_STATE):
        return Refusal("safety 3.5 hidden", _("This post is hidden on the site."))
    if post.approved is not UNSET and post.approved is not True:
        return Refusal("L14", _("The site has not approved this picture."))
    return None


def _block_refusal(post: Post, policy: Policy) -> Refusal | None:
    tags = folded(post.tags)
    if is_hard_blocked(tags, safe=_is_rated_safe(post)):
        return Refusal("D3", _("This post is never shown anywhere."))
    if is_graphic(tags) and not policy.graphic:
        return Refusal("D2", _("Violent art is not shown here."))
    return None


def _is_rated_safe(post: Post) -> bool:
    """Tell whether `safe` is there to the byte, and nothing that passes for another rating."""
    return Rating.SAFE.value in post.tags and ratings(post.tags) == {Rating.SAFE}


def _rating_refusal(post: Post, policy: Policy) -> Refusal | None:
    named = {rating for rating in Rating if rating.value in post.tags}
    found = ratings(post.tags)
    # On the boards `safe` stands alone (reference: safety, 3). A rating that is only imitated
    # makes a set that differs from the ratings that are named, and fails here too.
    if not named or named != found or not found <= policy.ratings:
        return Refusal("safety 3.5 rating", _("This post's rating does not fit this channel."))
    if Rating.SAFE in found and len(found) > 1:
        return Refusal("safety 3.5 rating", _("This post's ratings contradict each other."))
    return None


def _switch_refusal(post: Post, policy: Policy) -> Refusal | None:
    """Refuse what the operator switched off (reference: safety, 3.9)."""
    if policy.panic:
        return Refusal("safety 3.9 panic", _("The operator stopped all pictures for now."))
    if post.site in policy.sites_off:
        return Refusal("safety 3.9 site", _("The operator switched this site off."))
    # The same picture elsewhere, as far as its body says so, is denied with it.
    elsewhere = {(place.site.casefold(), place.id) for place in post.locations}
    known = {(post.site, post.id), ("derpibooru", post.derpi_id), *elsewhere}
    if not policy.denied_posts.isdisjoint(known):
        return Refusal("safety 3.9 post", _("The operator took this post out."))
    names = [clean_tag_name(tag) for tag in post.tags]
    if not policy.opted_out.isdisjoint(artist_name(found.name) for found in artists_of(names)):
        return Refusal("safety 3.9 artist", _("Its artist does not want to be shown here."))
    return None


def _hidden_refusal(post: Post, policy: Policy, clock: Clock) -> Refusal | None:
    tags = folded(post.tags)
    for rule in policy.hiding:
        if not rule.applies(post, tags, clock.now()):
            continue
        if rule.query is None:
            return Refusal(
                "safety 3.5 hidden tag", _("This server hides posts with such tags."), rule
            )
        return Refusal("safety 3.5 hidden query", _("This server hides posts like this."), rule)
    return None
