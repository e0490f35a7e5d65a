"""The doctor's look at the sites: one post of each, and everything about it that is unexpected.

No live site was ever seen from where this was written, so an operator's first run is the first
meeting; each finding names the setting that mends it.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from msgspec import UNSET

from bot.finding import Finding, Patient
from bot.posts.model import Post
from bot.safety import SAFE, Refusal, canonical, verify
from bot.sites import BadResponse, NotFound, PonyApi, PostPage, Refused, Site, SiteError
from bot.texts import _

#: What every post of a family says about itself; without one of these, posts are refused.
_EXPECTED = {
    "philomena": ("mime_type", "thumbnails_generated", "hidden_from_users", "sources"),
    "twibooru": ("mime_type", "thumbnails_generated", "hidden_from_users", "sources"),
    "ponyapi": ("mime_type", "sources"),
}
_NOTICED = ("created_at", "width", "height")


def site_check(name: str) -> Callable[[Patient], Awaitable[Finding]]:
    """Return the check that reads one post of the site and names what is not as expected."""

    async def look(patient: Patient) -> Finding:
        if not patient.settings.sites[name].enabled:
            return Finding(ok=True, text=_("switched off by its setting."))
        client = patient.sites.get(name)
        if client is None:
            return Finding(ok=True, text=_("nothing is read from it, so nothing was asked."))
        if resting := _resting(patient, client.site):
            return resting
        try:
            if isinstance(client, PonyApi):
                return _judge_post(client.site, await client.random())
            if unknown := await _unknown_filter(patient, client.site):
                return unknown
            dialect = client.site.dialect or "philomena"
            page = await client.search(canonical("", SAFE, dialect), per_page=1)
        except SiteError as error:
            return _judge_error(client.site, error)
        return _judge_page(client.site, page)

    return look


def _resting(patient: Patient, site: Site) -> Finding | None:
    """Return what to tell of a site that is left alone: it is not asked for this (L6, L9)."""
    circuit, paused = patient.transport.standing(site)
    until = circuit.instant(circuit.until)
    if not paused or until is None:
        return None
    return Finding(
        ok=False,
        text=_("resting until {time}, so it was not asked. {reason}").format(
            time=until.isoformat(timespec="seconds"), reason=circuit.reason
        ),
        advice=_("The bot asks again by itself; wait till then."),
    )


async def _unknown_filter(patient: Patient, site: Site) -> Finding | None:
    """Ask for the site's filter itself: a search falls back silently (reference: boards, 1.3)."""
    if site.family != "philomena" or site.site_filter is None:
        return None
    try:
        await patient.transport.get(site, f"/api/v1/json/filters/{site.site_filter}")
    except (NotFound, Refused):
        return Finding(
            ok=False,
            text=_("it has no public filter {number}.").format(number=site.site_filter),
            advice=_("Set {name} to one that hides nothing.").format(name=_setting(site, "FILTER")),
        )
    return None


def _judge_page(site: Site, page: PostPage) -> Finding:
    if page.posts:
        return _judge_post(site, page.posts[0])
    if page.skipped:
        return Finding(
            ok=False,
            text=_("its posts have a form that this version cannot read."),
            advice=_("Look for a newer version of Mailmare."),
        )
    return Finding(
        ok=False,
        text=_("a search for everything safe found nothing."),
        advice=_("Check {name}: the site's filter may hide too much.").format(
            name=_setting(site, "FILTER")
        ),
    )


def _judge_post(site: Site, post: Post) -> Finding:
    """Name what of one post differs from what the catalogue and the documents say."""
    missing = [field for field in _EXPECTED[site.family] if getattr(post, field) is UNSET]
    if missing:
        return Finding(
            ok=False,
            text=_("post {id} does not say: {fields}.").format(
                id=post.id, fields=", ".join(missing)
            ),
            advice=_("Look for a newer version of Mailmare."),
        )
    hosts = {urlsplit(url).hostname or "" for url in post.representations.values()}
    if strange := sorted(hosts - site.media_hosts):
        return Finding(
            ok=False,
            text=_("pictures come from {hosts}, which the bot does not trust.").format(
                hosts=", ".join(strange)
            ),
            advice=_("If that is the site's own, set {name}={hosts}.").format(
                name=_setting(site, "MEDIA_HOSTS"),
                hosts=",".join(sorted(site.media_hosts | hosts)),
            ),
        )
    verdict = verify(post, SAFE)
    if isinstance(verdict, Refusal):
        return Finding(
            ok=True,
            text=_("answers; post {id} would not be shown: {reason}").format(
                id=post.id, reason=verdict.reason
            ),
        )
    unsaid = [field for field in _NOTICED if getattr(post, field) is UNSET]
    note = _("It does not say: {fields}.").format(fields=", ".join(unsaid)) if unsaid else ""
    return Finding(ok=True, text=_("answers; post {id} is fine.").format(id=post.id), advice=note)


def _judge_error(site: Site, error: SiteError) -> Finding:
    advice = _("Try again later; if it stays so, check {name}.").format(name=_setting(site, "URL"))
    if isinstance(error, BadResponse):
        advice = _("The field is {field}. Check {name}, or look for a newer version.").format(
            field=error.field, name=_setting(site, "URL")
        )
    if error.until is not None:
        advice = (
            _("Until {time} it is left alone.").format(
                time=error.until.isoformat(timespec="seconds")
            )
            + " "
            + advice
        )
    return Finding(ok=False, text=error.message, advice=advice)


def _setting(site: Site, suffix: str) -> str:
    return f"MAILMARE_{site.name.upper()}_{suffix}"
