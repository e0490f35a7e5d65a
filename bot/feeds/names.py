"""What subscriptions are called, and where more of what they look for is. Pure."""

from collections.abc import Sequence
from urllib.parse import urlencode

from bot.catalogue import CATALOGUE
from bot.query import QueryError
from bot.safety import Policy, canonical, plain_tags
from bot.store import Subscription

#: An address in a message is no longer than Discord takes in its url fields.
_LINK = 2048
_QUERY = 100


def name_of(wish: Subscription) -> str:
    """Return what a subscription is called, for people: what it looks for. Untrusted text."""
    query = " ".join(wish.query.split())
    if len(query) > _QUERY:
        query = query[: _QUERY - 1] + "…"
    site = CATALOGUE.get(wish.site)
    return query or (wish.site if site is None else site.title)


def names_of(wishes: Sequence[Subscription]) -> tuple[str, ...]:
    """Return what subscriptions are called together: those of one query by their sites, too."""
    names = [name_of(wish) for wish in wishes]
    sites: dict[str, set[str]] = {}
    for name, wish in zip(names, wishes, strict=True):
        sites.setdefault(name, set()).add(wish.site)
    titled = (
        f"{name} ({CATALOGUE[wish.site].title})"
        if len(sites[name]) > 1 and wish.site in CATALOGUE
        else name
        for name, wish in zip(names, wishes, strict=True)
    )
    return tuple(dict.fromkeys(titled))


def more_link(wish: Subscription, policy: Policy) -> tuple[str, str]:
    """Return title and https address of what a subscription looks for on its site.

    The site is asked what the policy allows; where it cannot be, it is the site's front page.
    """
    site = CATALOGUE[wish.site]
    front = f"https://{site.domain}/"
    try:
        if site.dialect is None:
            asked = {"q": ",".join(plain_tags(wish.query))}
            link = f"{front}api/v1/pony/random?{urlencode(asked)}"
        else:
            asked = {"q": canonical(wish.query, policy, site.dialect)}
            asked |= {"sf": "first_seen_at", "sd": "desc"}
            link = f"{front}search?{urlencode(asked)}"
    except QueryError:
        link = front
    return site.title, link if len(link) <= _LINK else front
