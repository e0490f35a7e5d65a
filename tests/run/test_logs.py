"""The log: no secret in it on any path, and never in the way of the program (F48)."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from urllib.parse import quote

import aiohttp
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import SteadyHandler
from bot.redaction import MASK, Redactor
from tests.discord_loopback import TOKEN
from tests.run.conftest import Log

#: Nothing that a log holds may hold this word.
CANARY = "CANARYd41d8cd98f00b204"
INTERACTION = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5" + CANARY

LEAKS = [
    f"GET https://derpibooru.org/api/v1/json/search/images?q=safe&key={CANARY}&page=2",
    f"URL('https://derpibooru.org/api?key={CANARY}')",
    f"https://derpibooru.org/oembed?url=https%3A%2F%2Fa.org%3Fkey%3D{CANARY}",
    f"{{'Authorization': 'Bot {CANARY}'}}",
    f"<CIMultiDict('Authorization': 'Bearer {CANARY}', 'Accept': '*/*')>",
    f'{{"authorization": "{CANARY}"}}',
    f"Authorization: Basic {CANARY}==",
    f"Proxy-Authorization:{CANARY}",
    f"sent Bearer {CANARY} to the site",
    f"Cookie: session={CANARY}; a=b",
    f"token={CANARY}",
    f'"token": "{CANARY}", "type": 2',
    f"{{'cfToken': '{CANARY}'}}",
    f"<Namespace submit_turnstile='{CANARY}'>",
    f"params=[('q', 'safe'), ('key', '{CANARY}')]",
    f'["token", "{CANARY}"]',
    f"(b'authorization', b'Bearer {CANARY}')",
    f"password={CANARY}",
    f"api_key={CANARY}",
    f"X-Api-Key: {CANARY}",
    f"POST https://discord.com/api/v10/webhooks/12345/{CANARY}?wait=true",
    f"POST https://discord.com/api/v10/webhooks/12345/{CANARY}/messages/@original",
    f"POST https://discord.com/api/v10/interactions/12345/{CANARY}/callback",
    f"an interaction with {INTERACTION} came",
    f"MTEwMDAwMDAwMDAwMDAwMDAwMQ.Gabcde.{CANARY}abcdefghijkl",
    f"PUT https://bucket.example.org/file?X-Amz-Expires=60&X-Amz-Signature={CANARY}",
    f"PUT https://bucket.example.org/f?x=1&Signature={CANARY}&Expires=1",
    f"https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&is=2&hm={CANARY}",
    f"https://user:{CANARY}@example.org/",
]


@pytest.mark.parametrize("text", LEAKS)
def test_what_looks_like_a_secret_is_taken_out_in_every_guise(text: str) -> None:
    redact = Redactor()
    for guise in (text, json.dumps(text), repr(text), json.dumps({"event": json.dumps(text)})):
        assert CANARY not in redact(guise), guise
        assert MASK in redact(guise)


@pytest.mark.parametrize(
    "text",
    [
        "GET https://derpibooru.org/api/v1/json/search/images?q=safe, pony&page=2",
        "KeyError: 'images'",
        "bot.sites.transport.gate waits 2.5 s",
        "commands registered count=5",
        "the bearer of news",
    ],
)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert Redactor([TOKEN])(text) == text


@given(st.text(st.characters(codec="utf-8", exclude_characters="|"), min_size=6))
def test_a_configured_secret_is_taken_out_in_each_form_it_may_be_written(secret: str) -> None:
    redact = Redactor([secret])
    for form in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret)):
        assert redact(f"|{form}|") == f"|{MASK}|"


def test_a_value_too_short_to_be_a_secret_does_not_tear_words_apart() -> None:
    assert Redactor(["", "a"])("a banana") == "a banana"


@pytest.mark.parametrize(
    "text",
    ["https://" * 40_000, "a" * 300_000, "key=" * 80_000, "aaaaa." * 50_000, "Bearer " * 40_000],
)
def test_a_long_hostile_line_costs_no_more_than_its_length(text: str) -> None:
    began = time.thread_time()
    Redactor([TOKEN])(text)
    assert time.thread_time() - began < 2


@pytest.mark.parametrize("format", ["text", "json"])
class TestCanary:
    """One secret, pushed through every way into the log."""

    @pytest.fixture(autouse=True)
    def configured(self, log: Log, format: str) -> None:
        log.configure(format="json" if format == "json" else "text", secrets=(TOKEN,))

    def check(self, log: Log, holds: str = "") -> None:
        text = log.text()
        assert holds in text
        assert MASK in text
        assert CANARY not in text
        assert "canary" not in text

    def test_in_a_structured_line(self, log: Log) -> None:
        structlog.get_logger("bot.test").info("asked", key=CANARY, headers={"Authorization": TOKEN})
        self.check(log, "asked")

    def test_in_a_line_of_the_standard_library(self, log: Log) -> None:
        logging.getLogger("aiohttp.client").warning("GET %s", f"https://a.org/?key={CANARY}")
        self.check(log, "a.org")

    def test_in_context_variables(self, log: Log) -> None:
        with structlog.contextvars.bound_contextvars(token=CANARY):
            structlog.get_logger("bot.test").info("in context")
        self.check(log, "in context")

    def test_in_a_traceback_with_its_causes_and_source_lines(self, log: Log) -> None:
        try:
            try:
                int(f"https://a.org/?key={CANARY}")
            except ValueError as cause:
                raise LookupError(f"Authorization: Bot {TOKEN}") from cause
        except LookupError:
            logging.getLogger("bot.test").exception("failed")
            structlog.get_logger("bot.test").exception("failed too")
        self.check(log, "Traceback")

    def test_in_local_variables_of_a_traceback(self, log: Log) -> None:
        local_variable = "".join(reversed(CANARY))
        try:
            assert not int(local_variable, 16)
        except ValueError as error:
            error.args = ("no number",)
            structlog.get_logger("bot.test").exception("failed")
        assert "no number" in log.text()
        assert local_variable not in log.text()

    async def test_in_an_error_of_the_http_client(self, log: Log) -> None:
        async with aiohttp.ClientSession() as session:
            try:
                await session.get(f"http://127.0.0.1:1/?key={CANARY}&sig={CANARY}", timeout=None)
            except aiohttp.ClientError:
                logging.getLogger("bot.test").exception("GET failed: %s", f"?key={CANARY}")
        self.check(log, "Traceback")

    async def test_in_an_error_of_a_task_nobody_awaited(self, log: Log) -> None:
        error = RuntimeError(f"token={CANARY}")
        asyncio.get_running_loop().call_exception_handler({"message": "lost", "exception": error})
        self.check(log, "lost")

    def test_in_a_warning(self, log: Log) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(f"password={CANARY}", stacklevel=1)
        self.check(log, "password")

    def test_in_an_error_that_ends_a_thread_or_the_process(self, log: Log) -> None:
        error = ValueError(TOKEN)
        sys.excepthook(ValueError, error, None)
        threading.excepthook(threading.ExceptHookArgs((ValueError, error, None, None)))
        self.check(log, "ValueError")
        assert log.text().count("uncaught error") == 2


def test_what_the_library_writes_of_requests_stays_out_at_debug(log: Log) -> None:
    log.configure(level="debug")
    for name in ("discord.http", "discord.gateway", "discord.webhook.async_"):
        logging.getLogger(name).debug("a whole body")
    logging.getLogger("discord.client").debug("harmless")
    assert "a whole body" not in log.text()
    assert "harmless" in log.text()


def test_a_level_above_info_holds_for_the_library_too(log: Log) -> None:
    log.configure(level="error")
    logging.getLogger("discord.http").warning("rate limited")
    assert log.text() == ""


def test_text_of_other_people_cannot_look_like_a_line_of_its_own(log: Log) -> None:
    log.configure()
    logging.getLogger("bot.test").info("a comment: %s", "hi\n2026 [critical] broken\x1b[2J\u2028")
    structlog.get_logger("bot.test").info("asked", query="a\r\nb\x1b[2J")
    assert len(log.text().splitlines()) == 2
    assert "\x1b" not in log.text()


def test_json_lines_are_json(log: Log) -> None:
    log.configure(format="json")
    structlog.get_logger("bot.test").info("shown", site="derpibooru", post=1)
    line = json.loads(log.text())
    assert line["event"] == "shown"
    assert line["level"] == "info"
    assert line["logger"] == "bot.test"
    assert (line["site"], line["post"]) == ("derpibooru", 1)
    assert line["timestamp"].endswith("Z")


def test_configuring_again_does_not_double_the_lines(log: Log) -> None:
    log.configure()
    log.configure()
    logging.getLogger("bot.test").info("once")
    assert log.text().count("once") == 1


def test_a_line_with_wrong_arguments_is_told_and_does_not_raise() -> None:
    reader, writer = os.pipe()
    handler = SteadyHandler(writer)
    handler.handle(logging.LogRecord("bot", logging.INFO, "", 0, "%d", ("x",), None))
    os.close(writer)
    assert os.read(reader, 1000) == b"a line could not be formatted (TypeError)\n"
    os.close(reader)


def test_a_full_disk_loses_lines_and_nothing_else() -> None:
    """F48: `/dev/full` answers every write with "no space left"."""
    full = os.open("/dev/full", os.O_WRONLY)
    handler = SteadyHandler(full)
    record = logging.LogRecord("bot", logging.INFO, "", 0, "line", None, None)
    handler.handle(record)
    handler.handle(record)
    os.close(full)
    assert handler.lost == 2


SPEAKING = """
import logging, os, sys
from bot.logs import configure, open_standard_streams
open_standard_streams()
opened = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
configure()
for n in range(5000):
    logging.getLogger("bot").warning("line %d", n)
print("an answer")
sys.exit(0 if os.fstat(opened).st_size == 0 and opened > 2 else 5)
"""


@pytest.mark.parametrize(
    "closed", ["2>&-", "1>&- 2>&-", "0<&- 1>&- 2>&-", "2>/dev/full", "2> >(:)"]
)
def test_a_closed_stream_does_not_end_the_program_nor_lend_its_number(
    closed: str, tmp_path: object, environ: Callable[..., dict[str, str]]
) -> None:
    """F48: nor does a file that is opened later get the log lines."""
    done = subprocess.run(
        [
            "bash",
            "-c",
            f'"$0" -c "$1" "$2" {closed}',
            sys.executable,
            SPEAKING,
            f"{tmp_path}/store",
        ],
        env=environ(),
        timeout=180,
        check=False,
    )
    assert done.returncode == 0


def test_an_uncaught_error_of_a_process_is_redacted(environ: Callable[..., dict[str, str]]) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"from bot.logs import configure; configure(); raise ValueError('key={CANARY}')",
        ],
        env=environ(),
        capture_output=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 1
    assert b"ValueError" in done.stderr
    # Python quotes the source line too, except of a program given as text.
    assert CANARY.encode() not in done.stderr
