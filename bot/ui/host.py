"""What commands and buttons need of the client that received an interaction."""

from typing import TYPE_CHECKING, Any, Protocol, cast

import discord

from bot.policies import Policies
from bot.quotas import Quotas
from bot.settings import Settings
from bot.site_filters import SiteFilterReader
from bot.store import Store
from bot.texts import Languages

if TYPE_CHECKING:
    from bot.ui.attachments import Attachments
    from bot.ui.finder import Finder


class Host(Protocol):
    """The parts of the client that the user interface uses."""

    attachments: "Attachments"
    finder: "Finder"
    languages: Languages
    policies: Policies
    quotas: Quotas
    settings: Settings
    site_filters: SiteFilterReader
    store: Store

    async def is_owner(self, user: discord.abc.User, /) -> bool:
        """Tell whether somebody is one of those whose application this is."""


def host_of(interaction: discord.Interaction[Any]) -> Host:
    """Return the client that received `interaction`, as the user interface sees it."""
    return cast("Host", interaction.client)
