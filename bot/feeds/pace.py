"""How often a site is asked for new posts: as often as it publishes, within its limits. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.catalogue import Site

#: Seconds between two readings of a site's newest posts.
SHORTEST = 20.0
LONGEST = 300.0
#: How many of the newest posts tell how fast a site publishes.
SAMPLE = 20
#: One part in so many of a site's limit on searches is for its newest posts, and another for
#: posts that wait (rules L7 and L9).
SHARE = 4
#: Readings of the newest posts, at their shortest pause, between two of the latest edits.
EDITS_AFTER = 6
#: The same between two looks at posts that wait.
WAITING_AFTER = 2


def least_pause(site: Site) -> float:
    """Return the seconds between two readings of a site that publishes without a pause."""
    # A board's most specific limit is that of its searches.
    limit = site.limits[0]
    return max(SHORTEST, SHARE * limit.seconds / limit.requests)


def searches(site: Site) -> int:
    """Return how many searches one look at posts that wait may take, of which one finds them."""
    limit = site.limits[0]
    pause = WAITING_AFTER * least_pause(site)
    return max(2, int(pause * limit.requests / limit.seconds / SHARE))


def pause_after(site: Site, first_seen_at: Iterable[datetime], now: datetime) -> float:
    """Return the seconds until a site's newest posts are read again.

    `first_seen_at` are the instants of its newest posts: half of what lies between two of them,
    from `least_pause` to `LONGEST`.
    """
    newest = sorted(first_seen_at, reverse=True)[:SAMPLE]
    if not newest:
        return LONGEST
    gap = max(timedelta(0), now - newest[-1]) / len(newest)
    return min(LONGEST, max(least_pause(site), gap.total_seconds() / 2))
