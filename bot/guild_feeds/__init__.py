"""Changing what a server's channels are brought: checked, counted, audited, and told at once."""

from .changes import GuildFeeds
from .portable import FeedPart, part_of, replace_feeds, wish_of
from .rules import MOST_BACKFILL, Added, Edited, Learner, Overview, Running, retime

__all__ = [
    "MOST_BACKFILL",
    "Added",
    "Edited",
    "FeedPart",
    "GuildFeeds",
    "Learner",
    "Overview",
    "Running",
    "part_of",
    "replace_feeds",
    "retime",
    "wish_of",
]
