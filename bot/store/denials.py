"""The operator's switches: what is shown nowhere, whatever a server says (safety, 3.9)."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import delete, select

from .repository import Repository
from .tables import denials


class Denial(Struct, frozen=True, kw_only=True):
    """One switch that is set."""

    kind: str
    """`post`, `site`, `artist` or `panic`."""
    site: str = ""
    """The site by its catalogue name; empty: every site."""
    subject: str = ""
    """A post's id, or an artist's canonical tag."""
    reason: str = ""
    created_by: int | None = None
    created_at: datetime


class Switches(Struct, frozen=True, kw_only=True):
    """All switches, in the form in which each post is held against them."""

    panic: Denial | None = None
    """Set: no media at all."""
    sites: Mapping[str, Denial] = {}
    """The sites that are off."""
    posts: Mapping[tuple[str, int], Denial] = {}
    """The denied posts, by site and id."""
    artists: Mapping[str, Denial] = {}
    """The artists who opted out, by canonical tag."""


class Denials(Repository):
    """The switches. What is set stays set until it is taken back, restarts included."""

    async def switches(self) -> Switches:
        """Return all switches as they stand."""
        columns = [denials.c[name] for name in Denial.__struct_fields__]
        found = await self._connection.execute(
            select(*columns).order_by(denials.c.created_at, denials.c.subject)
        )
        panic = None
        sites: dict[str, Denial] = {}
        posts: dict[tuple[str, int], Denial] = {}
        artists: dict[str, Denial] = {}
        for row in found.mappings():
            denial = Denial(**row)
            if denial.kind == "panic":
                panic = denial
            elif denial.kind == "site":
                sites[denial.site] = denial
            elif denial.kind == "artist":
                artists[denial.subject] = denial
            else:
                posts[denial.site, int(denial.subject)] = denial
        return Switches(panic=panic, sites=sites, posts=posts, artists=artists)

    async def panic(self, *, by: int | None, reason: str = "") -> None:
        """Stop all media."""
        await self._deny("panic", by=by, reason=reason)

    async def resume(self) -> bool:
        """Let media flow again; return whether they were stopped."""
        return await self._allow("panic")

    async def site_off(self, site: str, *, by: int | None, reason: str = "") -> None:
        """Switch a site off."""
        await self._deny("site", site=site, by=by, reason=reason)

    async def site_on(self, site: str) -> bool:
        """Switch a site on again; return whether it was off."""
        return await self._allow("site", site=site)

    async def deny_post(self, site: str, post_id: int, *, by: int | None, reason: str = "") -> None:
        """Show a post nowhere any more."""
        await self._deny("post", site=site, subject=str(post_id), by=by, reason=reason)

    async def allow_post(self, site: str, post_id: int) -> bool:
        """Allow a post again; return whether it was denied."""
        return await self._allow("post", site=site, subject=str(post_id))

    async def opt_out(self, artist: str, *, by: int | None, reason: str = "") -> None:
        """Show nothing by an artist, given by the canonical tag, on any site."""
        await self._deny("artist", subject=artist, by=by, reason=reason)

    async def opt_in(self, artist: str) -> bool:
        """Show an artist's work again; return whether it was kept back."""
        return await self._allow("artist", subject=artist)

    async def _deny(
        self, kind: str, *, site: str = "", subject: str = "", by: int | None, reason: str
    ) -> None:
        denial = Denial(
            kind=kind,
            site=site,
            subject=subject,
            reason=reason,
            created_by=by,
            created_at=self._now(),
        )
        # Set twice, the first time and reason stand.
        await self._put(
            denials, [structs.asdict(denial)], key=["kind", "site", "subject"], update=[]
        )

    async def _allow(self, kind: str, *, site: str = "", subject: str = "") -> bool:
        statement = delete(denials).where(
            denials.c.kind == kind, denials.c.site == site, denials.c.subject == subject
        )
        return bool(await self._change(statement))
