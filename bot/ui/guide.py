"""The bot's account of itself: its commands as they are, and what it is and keeps."""

from collections.abc import Iterable, Iterator
from typing import Any

import discord
from discord import app_commands

from bot import PROJECT_URL, __version__
from bot.clock import Clock
from bot.posts.text import utf16_len
from bot.sites import SiteStatus
from bot.store import GRACE
from bot.store.announcements import KEPT as ANNOUNCED
from bot.store.audit import KEPT as AUDITED
from bot.store.backups import KEPT as COPIES
from bot.texts import _
from bot.ui.answers import instant
from bot.ui.embeds import DESCRIPTION
from bot.ui.lines import COLOUR, FIELD, fitting

#: Discord's limits of a message: the text of all its embeds, and how many it has.
_ALL_EMBEDS, _EMBEDS = 6000, 10
#: Under what name a command of a menu, which Discord gives no description, has one for the help.
HELP = "help"
_Leaf = app_commands.Command[Any, ..., Any] | app_commands.ContextMenu


def help_messages(tree: app_commands.CommandTree[Any]) -> list[list[discord.Embed]]:
    """Return what every command of the tree does and takes, generated from the tree itself.

    The embeds of each message that it takes, within Discord's limit over all of a message's.
    """
    title = _("What Mailmare can do")
    texts = _joined(_paragraphs(tree.get_commands()), "\n\n")
    embeds = [discord.Embed(colour=COLOUR, description=text) for text in texts]
    embeds[0].title = title
    messages: list[list[discord.Embed]] = []
    room = 0
    for embed, text in zip(embeds, texts, strict=True):
        size = utf16_len(text) + utf16_len(embed.title or "")
        if size > room or len(messages[-1]) == _EMBEDS:
            messages.append([])
            room = _ALL_EMBEDS
        messages[-1].append(embed)
        room -= size
    return messages


def _joined(pieces: Iterable[str], between: str) -> list[str]:
    """Join pieces to as few texts as the descriptions of embeds take; a long one is split."""
    texts = [""]
    for piece in pieces:
        if utf16_len(piece) > DESCRIPTION:
            texts += _joined(piece.split("\n"), "\n")
            continue
        longer = f"{texts[-1]}{between}{piece}" if texts[-1] else piece
        if utf16_len(longer) > DESCRIPTION:
            texts.append(piece)
        else:
            texts[-1] = longer
    return [text for text in texts if text]


def about_embed(status: Iterable[SiteStatus], clock: Clock) -> discord.Embed:
    """Return what this bot is, what it keeps, where its code is, and how its sites are."""
    embed = discord.Embed(
        title=_("About Mailmare {version}").format(version=__version__),
        url=PROJECT_URL,
        colour=COLOUR,
        description=_(
            "Mailmare delivers pony art from several sites: always fit for the channel that it is"
            " shown in, and always with the artist, the source and a link to the picture's page."
        ),
    )
    lines = [site_line(one, clock) for one in status]
    embed.add_field(name=_("Sites"), value=fitting(lines, FIELD) or "-", inline=False)
    embed.add_field(
        name=_("Privacy"),
        value=_(
            "Mailmare reads no messages but one that you hand it with “Find this picture”. It keeps"
            " who changed a server's settings, and nothing else about anybody. `/privacy` says all"
            " of it, `/forget-me` ends it."
        ),
        inline=False,
    )
    embed.add_field(
        name=_("Source code"),
        value=_("[{address}]({url}), MIT licence").format(
            address=PROJECT_URL.removeprefix("https://"), url=PROJECT_URL
        ),
        inline=False,
    )
    return embed


def privacy_embed() -> discord.Embed:
    """Return what is kept, for how long, and who else gets it (rule D10)."""
    embed = discord.Embed(title=_("Privacy"), url=PROJECT_URL, colour=COLOUR)
    embed.description = _(
        "Mailmare sees the commands you use and the buttons you press. It cannot read messages"
        " and knows no list of members. Discord hands it the one message on which you choose"
        " “Find this picture”, for that answer."
    )
    sections = (
        (
            _("Kept of a server"),
            _(
                "Its settings, filters and feeds, and its last {changes} changes of them. They go"
                " when somebody removes them, and all together {days} days after Mailmare was"
                " removed from the server. Which posts its feeds announced or kept back, and where,"
                " for {kept} days."
            ).format(changes=AUDITED, days=GRACE.days, kept=ANNOUNCED.days),
        ),
        (
            _("Kept of you"),
            _(
                "Your Discord number beside a filter or feed that you set up, and beside a change"
                " of a server's settings or of the operator's switches that you made; nothing if"
                " you did none of that. Who reported a picture is not kept."
            ),
        ),
        (
            _("Kept for a while, in memory alone"),
            _(
                "How often you used commands, buttons and reports, until the pause between them is"
                " over; what was found by a search, for some minutes, without who asked."
            ),
        ),
        (
            _("In the messages themselves"),
            _(
                "The buttons under an answer hold the number of whoever asked, so that they can"
                " remove it, and the search. They are Discord's messages, and go with them."
            ),
        ),
        (
            _("Who else gets it"),
            _(
                "What you search for, and the beginning of a tag while you type it, is sent to the"
                " site that you name, and the address of a picture that you want found to the"
                " boards that can find it, without your name or number. Nothing is sold, and"
                " nothing goes to anybody else."
            ),
        ),
        (
            _("Log and copies"),
            _(
                "The operator's log notes failures; it can hold numbers of servers or people. The"
                " database is copied before an update, and the last {copies} such copies are kept,"
                " beside those that the operator makes. What is deleted stays in older copies."
            ).format(copies=COPIES),
        ),
        (
            _("Ending it"),
            _(
                "`/forget-me` deletes your number from everything that is kept, at once. Whoever"
                " runs a server ends the rest by removing Mailmare."
            ),
        ),
    )
    for name, value in sections:
        embed.add_field(name=name, value=value, inline=False)
    return embed


def _paragraphs(found: Iterable[_Leaf | app_commands.Group]) -> Iterator[str]:
    for command in found:
        if isinstance(command, app_commands.Group):
            head = f"**/{command.name}** - {command.description}"
            yield "\n".join([head, *(_line(leaf) for leaf in _leaves(command))])
        elif isinstance(command, app_commands.Command):
            yield f"**/{command.name}**{_options(command)} - {command.description}"
        else:
            yield f"**{command.name}** - {command.extras.get(HELP, '')}"


def _leaves(group: app_commands.Group) -> Iterator[app_commands.Command[Any, ..., Any]]:
    for command in group.walk_commands():
        if isinstance(command, app_commands.Command):
            yield command


def _line(command: app_commands.Command[Any, ..., Any]) -> str:
    return f"`/{command.qualified_name}`{_options(command)} - {command.description}"


def _options(command: app_commands.Command[Any, ..., Any]) -> str:
    return "".join(
        f" `{one.display_name}`" if one.required else f" `[{one.display_name}]`"
        for one in command.parameters
    )


def site_line(status: SiteStatus, clock: Clock) -> str:
    """Return how a site is, on one line."""
    if not status.asked:
        return _("**{site}**: not asked yet").format(site=status.site.title)
    if status.ok:
        return _("**{site}**: up").format(site=status.site.title)
    if status.until is not None and status.until > clock.now():
        return _("**{site}**: resting, back {when}. {reason}").format(
            site=status.site.title, when=instant(status.until), reason=status.reason
        )
    return _("**{site}**: {reason}").format(site=status.site.title, reason=status.reason)
