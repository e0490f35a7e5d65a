"""What feeds cost: ours beside the usual design, for few and for very many subscriptions.

The usual design searches once per subscription and interval (five minutes). Ours reads a site
once for everybody. Both are asked for the same subscriptions, those of 1,000 servers, on the same
simulated board, which publishes 60 posts an hour and runs in a process of its own; ours for one
hour of virtual time, complete with database, delivery into the memory and after-care. Of the
usual design a sample of searches is made for real, and their work is multiplied; its messages are
not counted. Then announcements go through the outbox by the real clock, as fast as they can and
at Discord's pace. Nothing here passes or fails.

    python -m benchmarks.feeds [--sizes 10,1000,10000,100000] [--json]
"""

import argparse
import asyncio
import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, TypeVar

import structlog
from msgspec import Struct, convert, to_builtins

from benchmarks import feeds_hour, feeds_outbox, feeds_wishes
from benchmarks.feeds_board import POSTS_PER_HOUR, SITE
from bot.catalogue import CATALOGUE
from bot.store import FILE_NAME

SIZES = (10, 1_000, 10_000, 100_000)
#: Loops whose work grows with what is announced; the rest is reading, deciding, and waiting.
_AFTERWARDS = ("delivery", "digests", "after-care")
#: What is stated of memory and database is so of so many subscriptions.
_PER = 10_000

T = TypeVar("T")


class Row(Struct, frozen=True, kw_only=True):
    """One hour with so many subscriptions; `usual_` is the usual design."""

    subscriptions: int
    site_requests_per_hour: float
    usual_site_requests_per_hour: float
    seconds_of_work_per_hour: float
    """Of processor time of our process, everything included but the start."""
    usual_seconds_of_work_per_hour: float
    """That of the searches alone."""
    mib: float
    """By which resident memory grows as the subscriptions are read."""
    usual_mib: float
    announcements_per_hour: float
    seconds_of_sending_per_hour: float
    """Of the work: delivery, digests and after-care, which grow with what is announced."""
    start_seconds: float
    """Of processor time, for reading the subscriptions at the start."""
    database_mib: float
    database_mib_after: float
    """After the time that was measured."""
    usual_sample: int
    """How many searches were made for real."""


class Report(Struct, frozen=True, kw_only=True):
    """Everything that is measured."""

    rows: tuple[Row, ...]
    guilds: int
    new_posts_per_hour: int
    virtual_seconds: float
    usual_interval_seconds: float
    site_allows_per_hour: float
    """Searches, by the site's own limit (rules L7-L9)."""
    per_subscriptions: int
    """Of how many subscriptions memory and database are stated in the next two."""
    mib_per_subscriptions: float
    database_mib_per_subscriptions: float
    outbox: feeds_outbox.Rates


def measure(
    sizes: list[int], *, seconds: float, announcements: int, paced: int, channels: int
) -> Report:
    """Measure everything, each part in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="mailmare-bench-") as name:
        folder = Path(name)
        rows = [_row(folder, size, seconds) for size in sizes]
        counts = [str(count) for count in (announcements, paced, channels)]
        outbox = _part(feeds_outbox.Rates, "outbox", folder, *counts)
    fewest, most = rows[0], max(rows, key=lambda row: row.subscriptions)
    limit = CATALOGUE[SITE].limits[0]
    parts = most.subscriptions / _PER
    return Report(
        rows=tuple(rows),
        guilds=feeds_wishes.GUILDS,
        new_posts_per_hour=POSTS_PER_HOUR,
        virtual_seconds=seconds,
        usual_interval_seconds=feeds_hour.SEARCH_EVERY,
        site_allows_per_hour=feeds_hour.HOUR * limit.requests / limit.seconds,
        per_subscriptions=_PER,
        mib_per_subscriptions=round(most.mib / parts, 2),
        database_mib_per_subscriptions=round((most.database_mib - fewest.database_mib) / parts, 2),
        outbox=outbox,
    )


def _row(folder: Path, size: int, seconds: float) -> Row:
    database = folder / str(size) / FILE_NAME
    database.parent.mkdir()
    asyncio.run(feeds_wishes.fill(database, feeds_wishes.wishes(size)))
    usual = _part(feeds_hour.Usual, "usual", database, str(seconds))
    ours = _part(feeds_hour.Hour, "ours", database, str(seconds))
    hours = seconds / feeds_hour.HOUR
    return Row(
        subscriptions=size,
        site_requests_per_hour=round(ours.site_requests / hours, 1),
        usual_site_requests_per_hour=round(usual.site_requests / hours, 1),
        seconds_of_work_per_hour=round(sum(ours.seconds.values()) / hours, 2),
        usual_seconds_of_work_per_hour=round(usual.seconds / hours, 2),
        mib=round(ours.mib, 2),
        usual_mib=round(usual.mib, 2),
        announcements_per_hour=round(ours.announcements / hours, 1),
        seconds_of_sending_per_hour=round(
            sum(ours.seconds[name] for name in _AFTERWARDS) / hours, 2
        ),
        start_seconds=round(ours.start_seconds, 2),
        database_mib=round(ours.database_mib, 2),
        database_mib_after=round(ours.database_mib_after, 2),
        usual_sample=usual.sample,
    )


def _part(kind: type[T], part: str, place: Path, *given: str) -> T:
    """Return what a process of its own measures, so that no memory is another part's."""
    command: list[str | Path] = [sys.executable, "-m", "benchmarks.feeds", "--part", part, place]
    done = subprocess.run([*command, *given], check=True, stdout=subprocess.PIPE)
    return convert(json.loads(done.stdout.splitlines()[-1]), kind)


def _child(part: str, place: Path, *given: str) -> object:
    """Be that process."""
    # Queries that a site cannot be asked are in the corpus on purpose.
    quiet = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(
        wrapper_class=quiet, logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )
    if part == "ours":
        return asyncio.run(feeds_hour.ours(place, float(given[0])))
    if part == "usual":
        return asyncio.run(feeds_hour.usual(place, float(given[0])))
    announcements, paced, channels = map(int, given)
    return asyncio.run(
        feeds_outbox.rates(place, announcements=announcements, paced=paced, channels=channels)
    )


def table(report: Report) -> str:
    """Return the report as Markdown."""
    rows, outbox = report.rows, report.outbox
    board = (
        f"{report.new_posts_per_hour} new posts an hour, {report.guilds:,} servers; the usual "
        f"design searches every {report.usual_interval_seconds:.0f} s for each subscription (of "
        f"at most {max(row.usual_sample for row in rows)} searches made, multiplied). The site "
        f"allows {report.site_allows_per_hour:,.0f} searches an hour."
    )
    head = (
        "| subscriptions | requests an hour, ours | usual | seconds of work an hour, ours | usual "
        "| MiB, ours | usual | announcements an hour | of the work, sending | start, s "
        "| database, MiB |"
    )
    lines = [board, "", head, "|---" * 11 + "|"]
    lines += [
        f"| {row.subscriptions:,} | {row.site_requests_per_hour:,.0f} "
        f"| {row.usual_site_requests_per_hour:,.0f} | {row.seconds_of_work_per_hour:,.1f} "
        f"| {row.usual_seconds_of_work_per_hour:,.1f} | {row.mib:,.1f} | {row.usual_mib:,.1f} "
        f"| {row.announcements_per_hour:,.0f} | {row.seconds_of_sending_per_hour:,.1f} "
        f"| {row.start_seconds:,.1f} | {row.database_mib:,.1f} |"
        for row in rows
    ]
    per = (
        f"per {report.per_subscriptions:,} subscriptions: "
        f"{report.mib_per_subscriptions:.1f} MiB of memory, "
        f"{report.database_mib_per_subscriptions:.1f} MiB of database"
    )
    fast = (
        f"outbox, {outbox.announcements:,} announcements in {outbox.channels:,} channels: "
        f"{outbox.kept_per_second:,.0f} a second put in, "
        f"{outbox.delivered_per_second:,.0f} a second delivered into the memory, "
        f"{outbox.work_ms_each:.1f} ms of work each"
    )
    paced = (
        f"at Discord's pace, {outbox.paced:,}: {outbox.paced_per_second:.1f} a second, "
        f"{outbox.paced_refused} over its limit of {feeds_outbox.DISCORD} a second"
    )
    lines += ["", per, fast, paced]
    return "\n".join(lines)


def main() -> None:
    """Measure and print, or as `--part` be one of the processes that measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="subscriptions")
    parser.add_argument("--seconds", type=float, default=feeds_hour.HOUR, help="of virtual time")
    parser.add_argument("--announcements", type=int, default=1_000, help="through the outbox")
    parser.add_argument("--paced", type=int, default=200, help="of them at Discord's pace")
    parser.add_argument("--channels", type=int, default=200, help="that they go to")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("--part", nargs="+", default=[], help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.part:
        part, place, *given = chosen.part
        print(json.dumps(to_builtins(_child(part, Path(place), *given))))
        return
    report = measure(
        [int(size) for size in chosen.sizes.split(",")],
        seconds=chosen.seconds,
        announcements=chosen.announcements,
        paced=chosen.paced,
        channels=chosen.channels,
    )
    output: Any = to_builtins(report)
    print(json.dumps(output, indent=2) if chosen.json else table(report))


if __name__ == "__main__":
    main()
