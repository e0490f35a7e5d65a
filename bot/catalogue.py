"""The sites as data: adding a Philomena board is adding a row.

No live site was ever seen from where this was written, so each address can be overridden by a
setting (`MAILMARE_<SITE>_URL`, `_MEDIA_HOSTS`, `_FILTER`), and `mailmare doctor` checks them.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

Family: TypeAlias = Literal["philomena", "twibooru", "ponyapi", "ponyaggregate"]
Dialect: TypeAlias = Literal["philomena", "twibooru"]


class Limit(Struct, frozen=True):
    """At most `requests` in any `seconds`, over the routes whose path begins with `path`."""

    path: str
    requests: int
    seconds: float


class Site(Struct, frozen=True, kw_only=True):
    """One board or API."""

    name: str
    """Name in commands, settings, database and logs."""
    title: str
    """Name that people read."""
    family: Family
    base_url: str
    """Scheme and host that requests go to, without a trailing slash."""
    domain: str
    """Canonical domain for links that people see (rule L4)."""
    page_path: str
    """Path of a post's page, with `{id}`; a site without pages of its own has none."""
    media_hosts: frozenset[str]
    limits: tuple[Limit, ...]
    """Most specific path first; a request counts against the first that fits (rules L7-L10)."""
    site_filter: int | None = None
    """The site's filter that anonymous calls name (reference: safety, 3.4)."""
    dialect: Dialect | None = None
    """Whose search language it speaks; the Safe Pony API has only tag lists."""
    takes_key: bool = True
    """Whether its users have API keys, so that the operator can give theirs."""
    key_prefix: str = ""
    """What the site's own oEmbed keys begin with, such as `derpibooru`."""
    colour: int = 0x7B5E9D
    takes_files: bool = False
    """Whether it has files put where it says (presigned addresses)."""
    upload_hosts: frozenset[str] = frozenset()
    """The only hosts on which a file is put so; none are known beforehand."""

    def page_url(self, post_id: int) -> str:
        """Return the https address of the post's page on the canonical domain."""
        return f"https://{self.domain}{self.page_path.format(id=post_id)}"


_PHILOMENA_LIMITS = (
    Limit("/api/v1/json/search", 20, 10.0),
    Limit("/", 30, 5.0),
)

DERPIBOORU = Site(
    name="derpibooru",
    title="Derpibooru",
    family="philomena",
    base_url="https://derpibooru.org",
    domain="derpibooru.org",
    page_path="/images/{id}",
    media_hosts=frozenset({"derpicdn.net", "derpibooru.org"}),
    limits=_PHILOMENA_LIMITS,
    site_filter=56027,
    dialect="philomena",
    key_prefix="derpibooru",
    colour=0x3D92D0,
)

PONYBOORU = Site(
    name="ponybooru",
    title="Ponybooru",
    family="philomena",
    base_url="https://ponybooru.org",
    domain="ponybooru.org",
    page_path="/images/{id}",
    media_hosts=frozenset({"cdn.ponybooru.org", "ponybooru.org"}),
    limits=_PHILOMENA_LIMITS,
    site_filter=3,
    dialect="philomena",
    key_prefix="ponybooru",
    colour=0xC93F8E,
)

TWIBOORU = Site(
    name="twibooru",
    title="Twibooru",
    family="twibooru",
    base_url="https://twibooru.org",
    domain="twibooru.org",
    page_path="/{id}",
    media_hosts=frozenset({"cdn.twibooru.org", "twibooru.org"}),
    limits=(
        Limit("/api/v3/search/posts", 10, 60.0),
        Limit("/api/v3/search/tags", 60, 60.0),
        Limit("/", 60, 60.0),
    ),
    site_filter=2,
    dialect="twibooru",
    key_prefix="twibooru",
    colour=0x8A4FB0,
)

PONYAPI = Site(
    name="ponyapi",
    title="Safe Pony API",
    family="ponyapi",
    base_url="https://theponyapi.com",
    domain="theponyapi.com",
    page_path="/api/v1/pony/id/{id}",
    media_hosts=frozenset({"pones.theponyapi.com", "theponyapi.com"}),
    limits=(Limit("/", 1, 1.0),),
    takes_key=False,
    colour=0xF0A8D0,
)

PONYAGGREGATE = Site(
    name="ponyaggregate",
    title="PonyAggregate",
    family="ponyaggregate",
    base_url="https://ponyaggregate.com",
    domain="ponyaggregate.com",
    page_path="/submissions/{id}",
    media_hosts=frozenset({"ponyaggregate.com"}),
    limits=(Limit("/", 70, 5.0),),
    takes_files=True,
    colour=0x5B8C5A,
)

CATALOGUE: dict[str, Site] = {
    site.name: site for site in (DERPIBOORU, PONYBOORU, TWIBOORU, PONYAPI, PONYAGGREGATE)
}
