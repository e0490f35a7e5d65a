"""What keeps a message back for a while: quiet hours, a feed's cap, a server's quota. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.quotas import Rate
from bot.store import Subscription

from .local_times import quiet_end

_HOUR = 3600.0


def held_until(
    subscription: Subscription, zone: str, now: datetime, sent_at: Sequence[datetime]
) -> datetime | None:
    """Return before when a subscription's next message must not be sent; `None`: it may be.

    `zone` is the server's; `sent_at` says when its messages of the last hour were sent, in any
    order. Whatever ends is looked at together: a cap that ends in quiet hours ends with them.
    """
    capped = None
    if subscription.cap is not None:
        capped = quota_until(Rate(subscription.cap, _HOUR), now, sent_at)
    quiet = quiet_end(capped or now, subscription.quiet_from, subscription.quiet_until, zone)
    return quiet or capped


def quota_until(rate: Rate, now: datetime, sent_at: Sequence[datetime]) -> datetime | None:
    """Return when one more may be sent within `rate`; `None`: now.

    `sent_at` says when the last ones were sent, in any order. Those of the future, from before
    the clock was set back, hold nothing (fault F36).
    """
    span = timedelta(seconds=rate.seconds)
    counted = sorted(sent for sent in sent_at if now - span < sent <= now)
    if len(counted) < rate.count:
        return None
    return counted[-rate.count] + span
