"""What an operator sees of the bot: its sites, its switches, its store."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import discord

from bot import __version__
from bot.catalogue import CATALOGUE
from bot.clock import Clock
from bot.loops import Pulse
from bot.posts.text import safe_text
from bot.sites import SiteStatus
from bot.store import Denial, Store, Switches
from bot.store.history import OutboxState
from bot.texts import _, ngettext
from bot.ui.guide import site_line
from bot.ui.lines import COLOUR, FIELD, fitting

_NAME = 100
_REASON = 200
_MIB = 1024 * 1024


def status_embed(
    sites: Iterable[SiteStatus],
    switches: Switches,
    store: Store,
    loops: Iterable[Pulse],
    outbox: OutboxState,
    *,
    servers: int,
    clock: Clock,
) -> discord.Embed:
    """Return how sites, loops, feeds and store are, and which switches are set."""
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
    _add(embed, _("Loops"), [_loop_line(loop) for loop in loops])
    _add(embed, _("Feeds"), list(_outbox_lines(outbox)))
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
        embed.add_field(
            name=f"{name} ({len(lines)})", value=fitting(lines, FIELD) or "-", inline=False
        )


def _outbox_lines(outbox: OutboxState) -> Iterator[str]:
    yield ngettext(
        "{count} feed or schedule, {paused} paused",
        "{count} feeds and schedules, {paused} paused",
        outbox.feeds,
    ).format(count=outbox.feeds, paused=outbox.paused)
    if outbox.oldest is not None:
        yield ngettext(
            "{count} announcement waits, due {when}",
            "{count} announcements wait, the oldest due {when}",
            outbox.owed,
        ).format(count=outbox.owed, when=_ago(outbox.oldest))
    if outbox.aside:
        yield ngettext(
            "{count} put aside, as Discord always refused it",
            "{count} put aside, as Discord always refused them",
            outbox.aside,
        ).format(count=outbox.aside)
    if outbox.faulty:
        yield ngettext(
            "{count} post waits because something went wrong with it; the log says what",
            "{count} posts wait because something went wrong with them; the log says what",
            outbox.faulty,
        ).format(count=outbox.faulty)


def _loop_line(loop: Pulse) -> str:
    if loop.trouble:
        return "✗ " + safe_text(loop.trouble, _REASON)
    if loop.finished_at is None:
        return _("✓ **{loop}**: begun {when}").format(loop=loop.name, when=_ago(loop.began_at))
    line = _("✓ **{loop}**: last done {when}").format(loop=loop.name, when=_ago(loop.finished_at))
    if not loop.failures:
        return line
    return line + _(", then failed: {error}").format(error=safe_text(loop.error, _REASON))


def _ago(when: datetime | None) -> str:
    return "-" if when is None else f"<t:{int(when.timestamp())}:R>"


def _title(site: str) -> str:
    return CATALOGUE[site].title if site in CATALOGUE else safe_text(site, _NAME)


def _since(denial: Denial) -> str:
    when = _("since <t:{stamp}:f>").format(stamp=int(denial.created_at.timestamp()))
    reason = safe_text(denial.reason, _REASON)
    return f"{when}: {reason}" if reason else when
