"""What an operator sees of the bot: its sites, its switches, its store."""

from collections.abc import Iterable

import discord

from bot import __version__
from bot.clock import Clock
from bot.posts.text import safe_text
from bot.sites import SiteStatus
from bot.sites.catalogue import CATALOGUE
from bot.store import Denial, Store, Switches
from bot.texts import _, ngettext
from bot.ui.guide import COLOUR, fitting, site_line

_NAME = 100
_REASON = 200
_MIB = 1024 * 1024


def status_embed(
    sites: Iterable[SiteStatus], switches: Switches, store: Store, *, servers: int, clock: Clock
) -> discord.Embed:
    """Return the state of the sites, every switch that is set, and the database's size."""
    embed = discord.Embed(title=_("Mailmare {version}").format(version=__version__), colour=COLOUR)
    if switches.panic is not None:
        embed.description = _("**All pictures are stopped.** {since}").format(
            since=_since(switches.panic)
        )
    _add(embed, _("Sites"), [site_line(one, clock) for one in sites])
    _add(
        embed,
        _("Sites switched off"),
        [f"**{_title(name)}** {_since(denial)}" for name, denial in switches.sites.items()],
    )
    _add(
        embed,
        _("Posts denied"),
        [
            f"**{_title(site)} {post_id}** {_since(denial)}"
            for (site, post_id), denial in switches.posts.items()
        ],
    )
    _add(
        embed,
        _("Artists who opted out"),
        [
            f"**{safe_text(tag, _NAME)}** {_since(denial)}"
            for tag, denial in switches.artists.items()
        ],
    )
    _add(
        embed,
        _("Store"),
        [
            _("Database {id}, {size} MiB").format(
                id=store.database_id, size=f"{store.path.stat().st_size / _MIB:.1f}"
            ),
            ngettext("{count} server", "{count} servers", servers).format(count=servers),
        ],
    )
    return embed


def _add(embed: discord.Embed, name: str, lines: list[str]) -> None:
    if lines:
        embed.add_field(name=f"{name} ({len(lines)})", value=fitting(lines) or "-", inline=False)


def _title(site: str) -> str:
    return CATALOGUE[site].title if site in CATALOGUE else safe_text(site, _NAME)


def _since(denial: Denial) -> str:
    when = _("since <t:{stamp}:f>").format(stamp=int(denial.created_at.timestamp()))
    reason = safe_text(denial.reason, _REASON)
    return f"{when}: {reason}" if reason else when
