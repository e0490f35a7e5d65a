"""The rooms' numbers as Prometheus's metrics.

Labels are sites, commands, loops and words of ours alone: each metric has a bounded number of
series, and nothing in them is of a server, a person or a query.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from math import isfinite

from prometheus_client import Metric
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)

from bot import __version__
from bot.feeds.feeds import Feeds
from bot.health import Health
from bot.loops import Pulse
from bot.sites import SiteFigures
from bot.store.deliveries import Backlog
from bot.store.outbox import OWED
from bot.tallies import Durations
from bot.ui.command_tally import CommandTally


def of_process(health: Health) -> Iterator[Metric]:
    """Yield what is known of the process, also while there is no bot in it yet."""
    yield InfoMetricFamily("mailmare_build", "Which Mailmare this is.", {"version": __version__})
    yield _gauge("healthy", "Whether /health says that all is well (1) or not (0).", health.ok)


def of_sites(sites: Iterable[SiteFigures]) -> Iterator[Metric]:
    """Yield how the sites are, and what came of the requests to them."""
    known = list(sites)
    yield _gauges(
        "site_ok",
        "Whether the site may be asked now and its answers are usable.",
        "site",
        {one.site: one.ok for one in known},
    )
    yield _gauges(
        "site_cool_down_seconds",
        "How long the site is left alone yet; +Inf where only a restart ends it.",
        "site",
        {one.site: one.rest for one in known},
    )
    yield _gauges(
        "site_circuit_open",
        "Whether the site failed so often that nobody waits for it.",
        "site",
        {one.site: one.is_open for one in known},
    )
    yield _gauges(
        "site_failures_in_a_row",
        "Failures of the site since its last answer.",
        "site",
        {one.site: one.failures for one in known},
    )
    yield _counters(
        "site_requests",
        "Requests sent to the site, by what came of them.",
        ("site", "outcome"),
        (((one.site, word), n) for one in known for word, n in one.tally.sent.items()),
    )
    yield _counters(
        "site_requests_unsent",
        "Requests that did not get their turn, by reason.",
        ("site", "reason"),
        (((one.site, word), n) for one in known for word, n in one.tally.unsent.items()),
    )
    yield _counters(
        "site_answers_reused",
        "Callers served without a new answer of the site, by how.",
        ("site", "kind"),
        (((one.site, word), n) for one in known for word, n in one.tally.reused.items()),
    )
    yield _histogram(
        "site_wait_seconds",
        "How long requests waited for their turn under the site's limits.",
        "site",
        {one.site: one.tally.waits for one in known},
    )


def of_feeds(feeds: Feeds) -> Iterator[Metric]:
    """Yield what is followed, how far behind that is, and what became of what was owed."""
    yield _gauge("subscriptions", "Feeds and schedules, also paused ones.", len(feeds.roster.all()))
    yield _gauges(
        "subscriptions_followed",
        "Feeds that the site's new posts are matched for.",
        "site",
        feeds.roster.followed(),
    )
    silences = {name: tail.silence for name, tail in feeds.tails.items()}
    yield _gauges(
        "tail_silence_seconds",
        "Seconds since the site's new posts were last read, where a feed waits for any.",
        "site",
        {name: seconds for name, seconds in silences.items() if seconds is not None},
    )
    outcomes = feeds.deliverer.outcomes
    yield _counters(
        "announcements",
        "Announcements that are owed no longer, by what became of them at delivery.",
        ("outcome",),
        (((word,), n) for word, n in outcomes.ends.items()),
    )
    yield _counters(
        "delivery_failures",
        "Messages that Discord did not take, by kind; most are tried again.",
        ("kind",),
        (((word,), n) for word, n in outcomes.failures.items()),
    )


def of_outbox(backlog: Backlog | None, now: datetime) -> Iterator[Metric]:
    """Yield how much is owed; of `None` only that the database did not say it."""
    yield _gauge("database_up", "Whether the database answered in time.", backlog is not None)
    if backlog is None:
        return
    owed = {str(status): backlog.by_status.get(status, 0) for status in OWED}
    yield _gauges("outbox_announcements", "Announcements owed, by state.", "state", owed)
    age = 0.0 if backlog.oldest is None else (now - backlog.oldest).total_seconds()
    yield _gauge(
        "outbox_oldest_due_seconds",
        "For how long the longest due announcement is due that nothing holds back; 0 if none is.",
        max(0.0, age),
    )


def of_commands(tally: CommandTally) -> Iterator[Metric]:
    """Yield how commands fare."""
    yield _counters(
        "commands",
        "Commands used, by what came of them.",
        ("command", "outcome"),
        tally.outcomes.items(),
    )
    yield _histogram(
        "command_duration_seconds",
        "How long commands took, up to the end of the answer.",
        "command",
        tally.durations,
    )


def of_loops(pulses: Iterable[Pulse], lag: Durations) -> Iterator[Metric]:
    """Yield how the loops are, and the event loop that they share."""
    known = list(pulses)
    yield _gauges(
        "loop_last_beat_timestamp_seconds",
        "When the loop last did its work well, in Unix time.",
        "loop",
        {one.name: one.finished_at.timestamp() for one in known if one.finished_at is not None},
    )
    yield _gauges(
        "loop_failures_in_a_row",
        "Turns of the loop that failed since one went well.",
        "loop",
        {one.name: one.failures for one in known},
    )
    yield _gauges(
        "loop_in_trouble",
        "Whether the loop is stuck or failing.",
        "loop",
        {one.name: bool(one.trouble) for one in known},
    )
    yield _histogram(
        "event_loop_lag_seconds", "How late the event loop is, each second.", None, {"": lag}
    )


def of_discord(*, connected: bool, servers: int, latency: float) -> Iterator[Metric]:
    """Yield how the connection to Discord is."""
    yield _gauge("discord_connected", "Whether every shard is connected to Discord.", connected)
    yield _gauge("discord_guilds", "Servers that the bot is in.", servers)
    if isfinite(latency):
        yield _gauge(
            "discord_latency_seconds", "How long Discord takes to answer a heartbeat.", latency
        )


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"mailmare_{name}", meaning, value)


def _gauges(name: str, meaning: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"mailmare_{name}", meaning, labels=[label])
    for word, value in values.items():
        family.add_metric([word], value)
    return family


def _counters(
    name: str, meaning: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], int]]
) -> Metric:
    family = CounterMetricFamily(f"mailmare_{name}", meaning, labels=labels)
    for words, value in values:
        family.add_metric(words, value)
    return family


def _histogram(
    name: str, meaning: str, label: str | None, values: Mapping[str, Durations]
) -> Metric:
    labels = [] if label is None else [label]
    family = HistogramMetricFamily(f"mailmare_{name}", meaning, labels=labels)
    for word, durations in values.items():
        buckets = [(_bound(bound), float(count)) for bound, count in durations.up_to()]
        family.add_metric([] if label is None else [word], buckets, durations.total)
    return family


def _bound(bound: float) -> str:
    return str(bound) if isfinite(bound) else "+Inf"
