"""`mailmare demo` as a newcomer meets it: one command, one address, a browser.

`MAILMARE_SCREENSHOT` names a file for the README's picture.
"""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import (
    Locator,
    Page,
    Request,
    Route,
    async_playwright,
    expect,
)
from playwright.async_api import TimeoutError as NotInTime

pytestmark = pytest.mark.browser

_REQUIRED = os.environ.get("MAILMARE_REQUIRE_BROWSER") == "1"
_SCREENSHOT = os.environ.get("MAILMARE_SCREENSHOT")
_CHROMIUM = shutil.which("chromium")
_START_SECONDS = 90
#: Until the first announcement: a post every few seconds, of which not each matches a feed.
_ANNOUNCED = 45_000
_ADDRESS = re.compile(r"^http://127\.0\.0\.1:\d+/\S*$", re.MULTILINE)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    if _CHROMIUM is None:
        if _REQUIRED:
            pytest.fail("there is no chromium")
        pytest.skip("there is no chromium to show the page with")
    async with async_playwright() as playwright:
        # Its sandbox needs more rights than a container's root has.
        browser = await playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        yield await browser.new_page(viewport={"width": 1280, "height": 900})
        await browser.close()


async def test_a_newcomer_sees_credited_pictures_and_turns_pages(
    page: Page, tmp_path: Path
) -> None:
    async with demo(tmp_path) as address:
        await page.goto(address)

        announced = page.locator("article.channel-message").filter(
            has=page.get_by_role("button", name="Mute…", exact=True)
        )
        await announced.first.wait_for(timeout=_ANNOUNCED)
        await expect(announced.first).to_contain_text("Artist:")
        await expect(announced.first).to_contain_text("Source:")
        await expect(announced.first.locator("img.embed-image")).to_be_visible()

        await use(page, "/pony random")
        pony = await newest(page, "Another")
        await wait_drawn(pony)
        await expect(pony).to_contain_text("Artist:")
        await expect(pony).to_contain_text("Source:")
        await expect(pony.get_by_role("link", name="theponyapi.com/api/v1/pony/id")).to_be_visible()

        await use(page, "/derpibooru search", "cute")
        found = await newest(page, "▶")
        await wait_drawn(found)
        await expect(found).to_contain_text("Artist:")
        await expect(found).to_contain_text("Source:")
        await expect(found.get_by_role("link", name="derpibooru.org/images/")).to_be_visible()
        await expect(found).to_contain_text("result 1 of")
        first = await found.locator("img.embed-image").get_attribute("alt")

        # The click arrives when the page has been told of one more announcement.
        count = await announced.count()

        async def late(route: Route) -> None:
            if is_press(route.request):
                await announced.nth(count).wait_for(timeout=_ANNOUNCED)
            await route.continue_()

        await page.route("**/api/action", late)
        await press(page, found.get_by_role("button", name="▶"))
        await expect(found).to_contain_text("result 2 of", timeout=_ANNOUNCED)
        await page.unroute("**/api/action")
        await wait_drawn(found)
        assert await found.locator("img.embed-image").get_attribute("alt") != first

        if _SCREENSHOT:
            await take_picture(page, Path(_SCREENSHOT))


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[str]:
    """Run the demo as a process; yield the address it prints, then end it as Ctrl-C does."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo",
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "TMPDIR": str(folder)},
    )  # fmt: skip
    assert process.stdout is not None
    printed = ""
    try:
        async with asyncio.timeout(_START_SECONDS):
            while not (address := _ADDRESS.search(printed)):
                line = await process.stdout.readline()
                assert line, f"the demo ended: {printed}"
                printed += line.decode()
        yield address[0]
    finally:
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(20):
            rest, _errors = await process.communicate()
    assert process.returncode == 0
    assert "The demo has ended." in rest.decode()
    assert os.listdir(folder) == [], "the demo leaves nothing behind"  # noqa: PTH208


async def use(page: Page, command: str, text: str = "") -> None:
    """Type a slash command as a person does, pick it from the list, fill in and send."""
    await idle(page)
    composer = page.locator("#channel-composer-input")
    await composer.click()
    await composer.press_sequentially(command)
    await page.get_by_role("option").filter(has_text=command).first.wait_for()
    await page.keyboard.press("Enter")
    await page.get_by_label(f"Command {command}").wait_for()
    if text:
        await page.keyboard.type(text)
    await press(page, page.get_by_role("button", name="Send"), "run_command")


def is_press(request: Request, kind: str = "click") -> bool:
    """Tell whether the page says that a button, or `run_command`, was pressed."""
    return request.url.endswith("/api/action") and f'"{kind}"' in (request.post_data or "")


async def press(page: Page, button: Locator, kind: str = "click") -> None:
    """Click as a person does: again where the page, busy with itself, did not take it."""
    taken = False
    while not taken:
        await idle(page)
        try:
            async with page.expect_request(lambda one: is_press(one, kind), timeout=3_000):
                await button.click()
        except NotInTime:
            continue
        taken = True


async def idle(page: Page) -> None:
    """Wait until the page is done with what was asked of it; until then it takes no click."""
    status = page.locator("#action-status")
    await expect(status).not_to_have_text(re.compile("…$"), timeout=_ANNOUNCED)


async def newest(page: Page, button: str) -> Locator:
    """Return the newest message that has `button`: feeds announce posts in between."""
    message = page.locator("article.channel-message").filter(
        has=page.get_by_role("button", name=button, exact=True)
    )
    await message.last.wait_for()
    return message.last


async def wait_drawn(message: Locator) -> None:
    """Wait until the message's picture is loaded: the page makes it anew at each change."""
    picture = message.locator("img.embed-image")
    await expect(picture).to_be_visible()
    await expect(picture).not_to_have_js_property("naturalWidth", 0)


async def take_picture(page: Page, path: Path) -> None:
    """Take the README's picture: the conversation's end, without the list of messages."""
    await page.get_by_role("button", name="Messages", exact=True).click()
    await expect(page.locator("#action-status")).to_have_text("Viewport updated")
    await page.locator("#channel-timeline").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    await page.screenshot(path=path)
