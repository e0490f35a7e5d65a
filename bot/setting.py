"""What a setting is: its name, its meaning, and how its text is read."""

from collections.abc import Callable

from msgspec import Struct

from bot.catalogue import CATALOGUE

PREFIX = "MAILMARE_"


class Setting(Struct, frozen=True, kw_only=True):
    """One setting: what it is called, what it means, and how its text is read."""

    name: str
    group: str
    meaning: str
    default: str = ""
    """The text that stands for what happens when it is not set."""
    example: str
    parse: Callable[[str], object]
    """Reads the text; raises ValueError with what is wrong, never quoting a secret."""
    secret: bool = False

    @property
    def key(self) -> str:
        """The field of `Settings`, or of `SiteOverride` after the site's name and a dot."""
        key = self.name.removeprefix(PREFIX).lower()
        for site in CATALOGUE:
            if key.startswith(site + "_"):
                return f"{site}.{key.removeprefix(site + '_')}"
        return key
