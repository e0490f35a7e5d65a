"""What the metrics say follows what the bot does, and holds nothing of anybody."""

import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from bot.app import App
from bot.catalogue import CATALOGUE
from bot.demo.sites import Mode, SimulatedSites
from bot.sites import SiteError
from bot.store import Announcement, Status, Subscription
from bot.ui.command_tally import Outcome
from tests.clock import MovableClock
from tests.metrics.conftest import Monitor

GUILD, CHANNEL = 123456789012345678, 223456789012345678
QUERY = "artist:nobody_else_knows"
#: Every label that a metric of ours may have.
LABELS = {"site", "outcome", "reason", "kind", "state", "command", "loop", "le", "version"}


async def wish(app: App) -> Subscription:
    async with app.store.write() as tx:
        made = await tx.subscriptions.add(
            Subscription(
                guild_id=GUILD,
                channel_id=CHANNEL,
                site="derpibooru",
                query=QUERY,
                since=app.clock.now(),
                created_at=app.clock.now(),
            )
        )
    await app.feeds.changed(made.id)
    return made


async def owe(app: App, made: Subscription, post_id: int, **changes: object) -> None:
    now = app.clock.now()
    values = {
        "guild_id": GUILD,
        "channel_id": CHANNEL,
        "site": made.site,
        "post_id": post_id,
        "subscription_id": made.id,
        "matched": (made.id,),
        "first_seen_at": now,
        "created_at": now,
        "due_at": now,
        **changes,
    }
    async with app.store.write() as tx:
        await tx.announcements.add([Announcement(**values)])  # type: ignore[arg-type]


async def ask(app: App, site: str, query: str = QUERY) -> None:
    with suppress(SiteError):
        await app.sites.boards[site].search(query)


async def test_requests_are_counted_by_what_came_of_them(
    app: App, sites: SimulatedSites, monitor: Monitor
) -> None:
    before = await monitor.scrape()
    assert before.of("mailmare_site_requests_total") == {}
    assert set(before.of("mailmare_site_ok")) == {(name,) for name in sites.urls}

    await ask(app, "derpibooru")
    sites.set_mode("twibooru", Mode(kind="429", retry_after="600"))
    await ask(app, "twibooru")
    await ask(app, "twibooru", "another")
    after = await monitor.scrape()
    assert after.of("mailmare_site_requests_total") == {
        ("answered", "derpibooru"): 1,
        ("cooling_down", "twibooru"): 1,
    }
    assert after.of("mailmare_site_requests_unsent_total") == {("cooling_down", "twibooru"): 1}
    assert after.find("mailmare_site_wait_seconds_count", site="derpibooru") == 1
    assert after.find("mailmare_site_ok", site="derpibooru") == 1
    assert after.find("mailmare_site_ok", site="twibooru") == 0
    assert after.find("mailmare_site_cool_down_seconds", site="derpibooru") == 0
    assert 600 <= (after.find("mailmare_site_cool_down_seconds", site="twibooru") or 0) <= 660
    assert after.find("mailmare_site_failures_in_a_row", site="twibooru") == 1
    assert after.find("mailmare_site_circuit_open", site="twibooru") == 0


async def test_what_is_owed_is_told_by_state_with_its_age(
    app: App, monitor: Monitor, clock: MovableClock
) -> None:
    empty = await monitor.scrape()
    assert empty.of("mailmare_outbox_announcements") == {("queued",): 0, ("sending",): 0}
    assert empty.find("mailmare_outbox_oldest_due_seconds") == 0
    assert empty.find("mailmare_subscriptions") == 0

    assert empty.of("mailmare_announcements_total")[("sent",)] == 0
    made = await wish(app)
    await owe(app, made, 1)
    await owe(app, made, 2, due_at=clock.now() + timedelta(hours=1))
    await owe(app, made, 3, status=Status.SENDING)
    await owe(app, made, 4, status=Status.SENT)
    clock.advance(90)
    full = await monitor.scrape()
    assert full.of("mailmare_outbox_announcements") == {("queued",): 2, ("sending",): 1}
    assert full.find("mailmare_outbox_oldest_due_seconds") == 90
    assert full.find("mailmare_subscriptions") == 1
    assert full.find("mailmare_subscriptions_followed", site="derpibooru") == 1


async def test_the_database_is_asked_once_in_a_while_however_many_ask(
    app: App, monitor: Monitor, clock: MovableClock
) -> None:
    made = await wish(app)
    assert (await monitor.scrape()).of("mailmare_outbox_announcements")[("queued",)] == 0
    await owe(app, made, 1)
    assert (await monitor.scrape()).of("mailmare_outbox_announcements")[("queued",)] == 0
    clock.advance(5)
    assert (await monitor.scrape()).of("mailmare_outbox_announcements")[("queued",)] == 1


async def test_loops_and_the_connection_are_told(
    app: App, monitor: Monitor, clock: MovableClock
) -> None:
    first = await monitor.scrape()
    assert first.find("mailmare_discord_connected") == 1
    assert first.find("mailmare_discord_guilds") == 0
    loops = {(pulse.name,) for pulse in app.loops.pulses()}
    assert set(first.of("mailmare_loop_in_trouble")) == loops
    assert set(first.of("mailmare_loop_failures_in_a_row")) == loops
    assert not any(first.of("mailmare_loop_in_trouble").values())

    app.lag.add(0.07)
    # The loop that beats each minute does not come to it: all this time passes at once.
    monitor.connected = False
    clock.advance(30)
    second = await monitor.scrape()
    assert second.find("mailmare_discord_connected") == 0
    assert second.find("mailmare_event_loop_lag_seconds_bucket", le="0.05") == 0
    assert second.find("mailmare_event_loop_lag_seconds_bucket", le="0.1") == 1
    assert second.of("mailmare_loop_last_beat_timestamp_seconds")


async def test_no_label_holds_anything_of_a_server_a_person_or_a_query(
    app: App, sites: SimulatedSites, monitor: Monitor, clock: MovableClock
) -> None:
    """After much went wrong, each series is of a site, a loop, a command or a word of ours."""
    made = await wish(app)
    for number in range(20):
        await owe(app, made, number + 1)
    for kind in ("403_html", "404_empty", "deep", "evil", "html200", "500", "429"):
        sites.set_mode("derpibooru", Mode(kind=kind))
        await ask(app, "derpibooru", f"{QUERY}{kind}")
        clock.advance(4000)
    app.client.command_tally.outcomes["pony random", Outcome.ANSWERED] += 1
    app.feeds.deliverer.outcomes.ends[Status.SENT] += 1

    scrape = await monitor.scrape()
    assert len(scrape.of("mailmare_site_requests_total")) > 4
    for text in (QUERY, str(GUILD), str(CHANNEL), str(app.settings.data_dir), *sites.urls.values()):
        assert text not in scrape.text
    known = {
        "site": set(CATALOGUE),
        "loop": {pulse.name for pulse in app.loops.pulses()},
        "state": {"queued", "sending"},
        "command": {"pony random"},
    }
    for family in scrape.families:
        if not family.name.startswith("mailmare_"):
            assert family.name.startswith(("process_", "python_")), family.name
            continue
        for sample in family.samples:
            assert set(sample.labels) <= LABELS
            for label, value in sample.labels.items():
                assert value in known.get(label, {value})
                if label in {"outcome", "reason", "kind"}:
                    assert re.fullmatch(r"[a-z_]{1,20}", value)


async def test_names_and_units_are_as_prometheus_has_them(app: App, monitor: Monitor) -> None:
    await ask(app, "derpibooru")
    scrape = await monitor.scrape()
    names = [family.name for family in scrape.families]
    assert len(set(names)) == len(names)
    for family in scrape.families:
        assert family.documentation or family.name.startswith("python_")
        assert re.fullmatch(r"[a-z_]+", family.name)
        if family.name.startswith("mailmare_"):
            is_counter = all(sample.name.endswith("_total") for sample in family.samples)
            assert is_counter == (family.type == "counter") or not family.samples


async def test_the_operators_page_names_each_metric_and_no_other(
    app: App, monitor: Monitor
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
    named = {
        name.removesuffix("_total")
        for name in re.findall(r"^\| `(mailmare_\w+)` \|", page, re.MULTILINE)
    }
    families = (await monitor.scrape()).families
    told = {family.name for family in families if family.name.startswith("mailmare_")}
    # Nobody is connected to Discord here, so nothing is known of its speed.
    assert named ^ told == {"mailmare_discord_latency_seconds"}
    for alerted in re.findall(r"mailmare_\w+", page.split("## Alerts")[1]):
        assert alerted.removesuffix("_total") in told
