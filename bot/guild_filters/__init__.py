"""Changing what a server and its channels hide, spoiler and show all the same."""

from .changes import MOST_RULES, MOST_SITE_FILTERS, GuildFilters, Lifted, Place
from .portable import (
    FilterPart,
    SiteFilterPart,
    check_part,
    check_site_part,
    part_of,
    replace_filters,
    site_part_of,
)
from .subjects import FilterRefusedError, Subjects

__all__ = [
    "MOST_RULES",
    "MOST_SITE_FILTERS",
    "FilterPart",
    "FilterRefusedError",
    "GuildFilters",
    "Lifted",
    "Place",
    "SiteFilterPart",
    "Subjects",
    "check_part",
    "check_site_part",
    "part_of",
    "replace_filters",
    "site_part_of",
]
