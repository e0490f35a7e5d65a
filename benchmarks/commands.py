"""What Mailmare adds of its own: time per command, start-up, memory.

The bot runs as its users run it, as a process with `mailmare run`, between a Discord and sites
that are simulated on loopback. The sites answer after a fixed latency; whatever a command takes
longer than the latency of the requests that it made is our own overhead (loopback's share
included). Nothing here passes or fails.

    python -m benchmarks.commands [--rounds 20] [--latency 0.05] [--json]
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, to_builtins

from bot.demo.sites import Mode, SimulatedSites
from tests.discord_loopback import JSON, LoopbackDiscord

_CATEGORIES = ("safe", "cute", "pony", "solo", "smiling", "sitting", "mare", "unicorn", "pegasus")


class Probe(Struct, frozen=True):
    """One command to be timed, and which site it asks, if any."""

    command: str
    site: str | None
    options: Callable[[int], list[JSON]] = lambda _round: []


def _text(name: str, value: str) -> JSON:
    return {"name": name, "type": 3, "value": value}


PROBES = (
    Probe("about", None),
    Probe("help", None),
    Probe("pony random", "ponyapi"),
    Probe(
        "derpibooru search",
        "derpibooru",
        # A query of its own in each round, so that no earlier answer serves for it.
        lambda number: [_text("query", ", ".join(_CATEGORIES[: number % 3 + 1]))],
    ),
    Probe("derpibooru featured", "derpibooru"),
    Probe("ponybooru random", "ponybooru"),
)


class Timing(Struct, frozen=True):
    """Milliseconds of one command."""

    command: str
    samples: int
    requests: float
    """Requests to the site per command."""
    first_answer_p50: float
    """Until Discord has heard of us at all."""
    first_answer_p99: float
    overhead_p50: float
    """Until the answer is complete, less the site's latency."""
    overhead_p99: float


class Report(Struct, frozen=True):
    """Everything that is measured."""

    latency_ms: float
    timings: tuple[Timing, ...]
    import_discord_seconds: float
    """What the library alone takes to be imported, as a measure for the next."""
    start_seconds: float
    """From the process's start until it is ready on Discord."""
    first_start_seconds: float
    """The same with the commands still to be registered."""
    memory_mib: float
    """Resident, after all commands."""


def _percentile(values: list[float], percent: int) -> float:
    if len(values) < 2:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


async def _started(
    discord: LoopbackDiscord, environ: dict[str, str]
) -> tuple[subprocess.Popen[bytes], float]:
    before = len(discord.identifies)
    began = time.perf_counter()
    process = await asyncio.to_thread(
        subprocess.Popen,
        [sys.executable, "-m", "bot", "run"],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    await discord.until(lambda: len(discord.identifies) > before, 60)
    return process, time.perf_counter() - began


async def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    await asyncio.to_thread(process.wait, 15)


def _memory_mib(process: subprocess.Popen[bytes]) -> float:
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


async def _timed(
    discord: LoopbackDiscord, command: str, options: list[JSON]
) -> tuple[float, float]:
    """Return seconds until the first answer and until the complete one."""
    known = set(discord.callbacks)
    began = time.perf_counter()
    answer = await discord.interact(command, options=options)
    first = time.perf_counter() - began
    if answer["type"] not in {5, 6}:
        return first, first
    token = next(iter(set(discord.callbacks) - known))
    await discord.until(lambda: discord.messages.get(token))
    return first, time.perf_counter() - began


async def _probe(
    probe: Probe, discord: LoopbackDiscord, sites: SimulatedSites, rounds: int, latency: float
) -> Timing:
    first: list[float] = []
    overhead: list[float] = []
    requests = 0
    for number in range(rounds):
        asked = len(sites.requests[probe.site]) if probe.site else 0
        sooner, later = await _timed(discord, probe.command, probe.options(number))
        made = len(sites.requests[probe.site]) - asked if probe.site else 0
        requests += made
        first.append(sooner * 1000)
        overhead.append((later - made * latency) * 1000)
        if probe.site:
            # Inside the sites' limits, or it would be their limits that are measured.
            await asyncio.sleep(1.15 if probe.site == "ponyapi" else 0.55)
    return Timing(
        command=f"/{probe.command}",
        samples=rounds,
        requests=requests / rounds,
        first_answer_p50=_percentile(first, 50),
        first_answer_p99=_percentile(first, 99),
        overhead_p50=_percentile(overhead, 50),
        overhead_p99=_percentile(overhead, 99),
    )


async def measure(rounds: int, latency: float) -> Report:
    """Run everything once; about a second a round."""
    began = time.perf_counter()
    await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", "import discord.ext.commands"], check=True
    )
    importing = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        async with SimulatedSites() as sites, LoopbackDiscord() as discord:
            environ = os.environ | discord.environ(Path(folder))
            environ["MAILMARE_ALLOW_LOOPBACK_SITES"] = "true"
            for name, url in sites.urls.items():
                environ[f"MAILMARE_{name.upper()}_URL"] = url
                sites.set_mode(name, Mode(kind="slow", seconds=latency))
            process, first_start = await _started(discord, environ)
            await discord.ready()
            await _stop(process)
            process, start = await _started(discord, environ)
            await discord.ready()
            try:
                timings = [await _probe(probe, discord, sites, rounds, latency) for probe in PROBES]
                memory = _memory_mib(process)
            finally:
                await _stop(process)
    return Report(
        latency_ms=latency * 1000,
        timings=tuple(timings),
        import_discord_seconds=importing,
        start_seconds=start,
        first_start_seconds=first_start,
        memory_mib=memory,
    )


def _table(report: Report) -> str:
    lines = [
        f"sites answer after {report.latency_ms:.0f} ms; times in ms",
        "",
        "| command | requests | first answer p50 | p99 | own overhead p50 | p99 |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{one.command}` | {one.requests:.1f} | {one.first_answer_p50:.1f} "
        f"| {one.first_answer_p99:.1f} | {one.overhead_p50:.1f} | {one.overhead_p99:.1f} |"
        for one in report.timings
    ]
    lines += [
        "",
        f"start until ready: {report.start_seconds:.2f} s",
        f"the first start, with commands to register: {report.first_start_seconds:.2f} s",
        f"importing discord.py alone: {report.import_discord_seconds:.2f} s",
        f"memory: {report.memory_mib:.0f} MiB",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20, help="times each command is used")
    parser.add_argument("--latency", type=float, default=0.05, help="of the sites, in seconds")
    parser.add_argument("--json", action="store_true", help="for programs")
    given = parser.parse_args()
    report = asyncio.run(measure(given.rounds, given.latency))
    if given.json:
        print(json.dumps(to_builtins(report)))
    else:
        print(_table(report))


if __name__ == "__main__":
    main()
