"""A policy is what everybody who has a say agrees on; nobody can widen what another one wants."""

from collections.abc import Iterable

from msgspec import Struct

from bot.posts.rating import Rating
from bot.safety.channels import Profile, Verdict
from bot.safety.policy import SAFE, Policy
from bot.safety.rules import Imported, Written, rules_of

_VIOLENT = frozenset({Rating.GRIMDARK, Rating.GROTESQUE})


class Wishes(Struct, frozen=True, kw_only=True):
    """What a server or a channel wants beyond safe art; in a channel `None` is as the server."""

    adult: bool | None = None
    graphic: bool | None = None


class Switches(Struct, frozen=True, kw_only=True):
    """The operator's switches (reference: safety, 3.9)."""

    panic: bool = False
    sites: frozenset[str] = frozenset()
    """Sites that are off."""
    posts: frozenset[tuple[str, int]] = frozenset()
    """Denied posts, by site and id."""
    artists: frozenset[str] = frozenset()
    """Canonical tags of the artists who opted out."""


NO_WISHES = Wishes()
NO_SWITCHES = Switches()


def policy_for(
    profile: Profile | str = Profile.SAFE,
    verdict: Verdict = Verdict.SAFE,
    guild: Wishes = NO_WISHES,
    channel: Wishes = NO_WISHES,
    rules: Iterable[Written] = (),
    site_filters: Iterable[Imported] = (),
    switches: Switches = NO_SWITCHES,
    *,
    graphic: bool = False,
) -> Policy:
    """Return the policy of one place: profile ∧ verdict ∧ server ∧ channel ∧ filters ∧ switches.

    `graphic` is the operator's opt-in to violent art, without which no server's counts (rule
    D2). A channel can only take back what its server wants; outside a server give no wishes and
    no rules, and the verdict is SAFE (rule D6).
    """
    adult = (
        profile == Profile.FULL and verdict is Verdict.ADULT and _wanted(guild.adult, channel.adult)
    )
    violent = adult and graphic and _wanted(guild.graphic, channel.graphic)
    ratings = SAFE.ratings
    if adult:
        ratings = frozenset(Rating) if violent else frozenset(Rating) - _VIOLENT
    return Policy(
        ratings=ratings,
        graphic=violent,
        rules=rules_of(rules, site_filters),
        denied_posts=switches.posts,
        denied_artists=switches.artists,
        sites_off=switches.sites,
        panic=switches.panic,
    )


def _wanted(guild: bool | None, channel: bool | None) -> bool:  # noqa: FBT001
    return guild is True and channel is not False
