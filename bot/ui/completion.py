"""The tag that somebody types, completed: what Discord offers below a command's option.

Discord puts a choice's name into the field, and what is typed behind it comes to the bot with that
name. So the name is the text itself with a mark at its end, which `unmarked` takes out again,
wherever it has got to.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.catalogue import CATALOGUE
from bot.posts.tags import clean_tag_name
from bot.posts.text import plain_text, utf16_len
from bot.query.completing import (
    Typed,
    completed_list,
    completed_query,
    typed_in_list,
    typed_in_query,
)
from bot.safety import Policy, may_name
from bot.safety.limits import REFUSED
from bot.sites import Suggestion
from bot.store import StoreError
from bot.ui.here import policy_here
from bot.ui.host import host_of
from bot.ui.permission import may_manage

#: Discord's limit of a choice's name and of its value.
_LONGEST = 100
#: No board has a tag with these signs.
_MARK = re.compile(r"(?: |\A)⟨(?:←|[0-9])[^⟨⟩]*⟩")

_log = structlog.get_logger(__name__)

Choices = list[app_commands.Choice[str]]


def unmarked(text: str) -> str:
    """Return what somebody means by a text that may have choices' names in it."""
    return _MARK.sub("", text)


async def complete_query(
    interaction: discord.Interaction[Any],
    text: str,
    site: str | None,
    *,
    mature: bool = False,
    sent: bool = False,
) -> Choices:
    """Offer the query with its last tag completed, from the tags of a board.

    `sent`: the board itself is asked for it, which some tags cannot be (reference: safety, 3.2).
    """
    dialect = CATALOGUE[site].dialect if site in CATALOGUE else None
    typed = typed_in_query(unmarked(text), dialect) if dialect else None
    if dialect is None or typed is None:
        return []

    def complete(name: str) -> str | None:
        whole = completed_query(typed, name, dialect)
        if sent and whole is not None and not REFUSED.isdisjoint(whole.removeprefix(typed.before)):
            return None
        return whole

    return await _choices(interaction, typed, site or "", complete, mature=mature)


async def complete_list(interaction: discord.Interaction[Any], text: str, site: str) -> Choices:
    """Offer a list of tags with the last one completed, from the tags of a board."""
    typed = typed_in_list(unmarked(text))
    return await _choices(interaction, typed, site, lambda name: completed_list(typed, name))


async def complete_name(interaction: discord.Interaction[Any], text: str, site: str) -> Choices:
    """Offer the tags of a board that begin so."""
    typed = Typed("", clean_tag_name(unmarked(text)))
    return await _choices(interaction, typed, site, lambda name: name)


async def managed(interaction: discord.Interaction[Any]) -> bool:
    """Tell whether a member who types into a manager's command may be answered."""
    try:
        return await may_manage(interaction)
    except StoreError as error:
        _log.debug("nothing is completed", error=str(error))
        return False


async def _choices(
    interaction: discord.Interaction[Any],
    typed: Typed,
    site: str,
    complete: Callable[[str], str | None],
    *,
    mature: bool = False,
) -> Choices:
    if len(typed.before) + len(typed.name) > _LONGEST:
        return []
    try:
        policy = await policy_here(interaction, mature=mature)
    except StoreError as error:
        _log.debug("nothing is completed", error=str(error))
        return []
    if policy.panic or site in policy.sites_off:
        return []
    found = await host_of(interaction).finder.suggestions.of(site, typed.name)
    return list(_offers(found, policy, complete))


def _offers(
    found: Iterable[Suggestion], policy: Policy, complete: Callable[[str], str | None]
) -> Iterator[app_commands.Choice[str]]:
    given: set[str] = set()
    for one in found:
        tag = one.canonical
        if not may_name(tag, policy):
            continue
        value = complete(tag)
        if value is None or value in given or utf16_len(value) > _LONGEST:
            continue
        given.add(value)
        alias = one.alias if one.alias and may_name(one.alias, policy) else None
        yield app_commands.Choice(name=_label(value, alias, one.images or None), value=value)


def _label(value: str, alias: str | None, images: int | None) -> str:
    """Return the value with its alias and its number of posts, as far as there is room."""
    count = "" if images is None else f"{images:,}"
    shown = plain_text(value, _LONGEST)
    other = plain_text(re.sub("[⟨⟩]", "", alias), _LONGEST) if alias else ""
    for facts in ([f"← {other}" if other else "", count], [count]):
        mark = ", ".join(filter(None, facts))
        name = f"{shown} ⟨{mark}⟩" if mark else shown
        if utf16_len(name) <= _LONGEST:
            return name
    return shown
