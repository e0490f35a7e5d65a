"""The settings of each site, as its row of the catalogue has it."""

from collections.abc import Iterator
from pathlib import Path

from bot.catalogue import Site
from bot.setting import PREFIX, Setting
from bot.settings_texts import boolean, hosts, positive, site_address, site_key
from bot.texts import _


def site_settings(site: Site) -> Iterator[Setting]:
    """Yield the settings that the catalogue's row of a site brings with it."""
    name = PREFIX + site.name.upper()
    yield Setting(
        name=f"{name}_ENABLED",
        group=site.title,
        meaning=_("Whether the bot uses the site at all."),
        default="true",
        example="false",
        parse=boolean,
    )
    yield Setting(
        name=f"{name}_URL",
        group=site.title,
        meaning=_("Scheme and host that requests go to, in place of the catalogue's."),
        example=f"https://{site.name}.example.org",
        parse=site_address,
    )
    yield Setting(
        name=f"{name}_MEDIA_HOSTS",
        group=site.title,
        meaning=_("The only hosts that pictures may come from, in place of the catalogue's."),
        example="cdn.example.org, example.org",
        parse=hosts,
    )
    if site.site_filter is not None:
        yield Setting(
            name=f"{name}_FILTER",
            group=site.title,
            meaning=_(
                "Number of the site's filter that requests name, in place of the catalogue's."
            ),
            example="1",
            parse=positive,
        )
    if site.takes_files:
        yield Setting(
            name=f"{name}_UPLOAD_HOSTS",
            group=site.title,
            meaning=_("The only hosts that files are put on where the site says so."),
            example="storage.example.org",
            parse=hosts,
        )
    if site.takes_key:
        yield Setting(
            name=f"{name}_KEY",
            group=site.title,
            meaning=_("Your own API key there: sent to this site alone, and never shown."),
            example="YourKey0123456789",
            parse=site_key,
            secret=True,
        )
        yield Setting(
            name=f"{name}_KEY_FILE",
            group=site.title,
            meaning=_("A file that holds the key, such as a container's secret, in its place."),
            example=f"/run/secrets/{site.name}_key",
            parse=Path,
        )
