"""The bot's account of itself: its commands as they are, and what it is and keeps."""

from collections.abc import Iterable, Iterator
from typing import Any

import discord
from discord import app_commands

from bot import PROJECT_URL, __version__
from bot.clock import Clock
from bot.posts.text import utf16_len
from bot.sites import SiteStatus
from bot.texts import _
from bot.ui.answers import instant
from bot.ui.embeds import DESCRIPTION, FIELD_VALUE

_COLOUR = 0x8A6FB3
_Leaf = app_commands.Command[Any, ..., Any] | app_commands.ContextMenu


def help_embeds(tree: app_commands.CommandTree[Any]) -> list[discord.Embed]:
    """Return what every command of the tree does and takes, generated from the tree itself."""
    embeds: list[discord.Embed] = []
    text = ""
    for paragraph in _paragraphs(tree.get_commands()):
        if text and utf16_len(text) + utf16_len(paragraph) + 2 > DESCRIPTION:
            embeds.append(discord.Embed(colour=_COLOUR, description=text))
            text = ""
        text = f"{text}\n\n{paragraph}" if text else paragraph
    embeds.append(discord.Embed(colour=_COLOUR, description=text))
    embeds[0].title = _("What Mailmare can do")
    return embeds


def about_embed(status: Iterable[SiteStatus], clock: Clock) -> discord.Embed:
    """Return what this bot is, what it keeps, where its code is, and how its sites are."""
    embed = discord.Embed(
        title=_("About Mailmare {version}").format(version=__version__),
        url=PROJECT_URL,
        colour=_COLOUR,
        description=_(
            "Mailmare delivers pony art from several sites, safe for everybody, and always with"
            " the artist, the source and a link to the picture's page."
        ),
    )
    lines = [_site_line(one, clock) for one in status]
    embed.add_field(name=_("Sites"), value=_fitting(lines) or "-", inline=False)
    embed.add_field(
        name=_("Privacy"),
        value=_(
            "Mailmare reads no messages and keeps nothing about you. An answer's buttons hold"
            " the number of whoever asked, so that they can remove it. What you search for is"
            " sent to the site that you name, without your name."
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


def _paragraphs(found: Iterable[_Leaf | app_commands.Group]) -> Iterator[str]:
    for command in found:
        if isinstance(command, app_commands.Group):
            head = f"**/{command.name}** - {command.description}"
            yield "\n".join([head, *(_line(leaf) for leaf in _leaves(command))])
        elif isinstance(command, app_commands.Command):
            yield f"**/{command.name}** - {command.description}"


def _leaves(group: app_commands.Group) -> Iterator[app_commands.Command[Any, ..., Any]]:
    for command in group.walk_commands():
        if isinstance(command, app_commands.Command):
            yield command


def _line(command: app_commands.Command[Any, ..., Any]) -> str:
    options = "".join(
        f" `{one.display_name}`" if one.required else f" `[{one.display_name}]`"
        for one in command.parameters
    )
    return f"`/{command.qualified_name}`{options} - {command.description}"


def _site_line(status: SiteStatus, clock: Clock) -> str:
    if status.ok:
        return _("**{site}**: up").format(site=status.site.title)
    if status.until is not None and status.until > clock.now():
        return _("**{site}**: resting, back {when}. {reason}").format(
            site=status.site.title, when=instant(status.until), reason=status.reason
        )
    return _("**{site}**: in trouble. {reason}").format(
        site=status.site.title, reason=status.reason
    )


def _fitting(lines: Iterable[str]) -> str:
    text = ""
    for line in lines:
        longer = f"{text}\n{line}" if text else line
        if utf16_len(longer) > FIELD_VALUE:
            break
        text = longer
    return text
