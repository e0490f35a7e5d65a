"""Adding a Philomena board is adding a row to the catalogue (design, decision 2)."""

from pathlib import Path

from msgspec import structs

from bot.app import sites_in_use
from bot.catalogue import CATALOGUE, Site
from bot.demo.page import demo_settings
from bot.demo.sites import SimulatedSites
from bot.posts.media import NoMedia, choose_media
from bot.safety import SAFE, by_id, canonical
from bot.sites import PhilomenaBoard, Sites, Transport
from tests.sites.bodies import IMAGE
from tests.sites.conftest import Server, at, body
from tests.sites.simulated import world

FURBOORU = structs.replace(
    CATALOGUE["derpibooru"],
    name="furbooru",
    title="Furbooru",
    base_url="https://furbooru.org",
    domain="furbooru.org",
    media_hosts=frozenset({"furrycdn.org"}),
    site_filter=2,
    key_prefix="furbooru",
)


async def test_a_row_is_all_that_a_client_of_the_board_needs(
    server: Server, transport: Transport
) -> None:
    row: Site = structs.replace(FURBOORU, base_url=server.url)
    picture = {"full": "https://furrycdn.org/7.png", "large": "https://furrycdn.org/7l.png"}
    server.says(200, body(images=[IMAGE | {"id": 7, "representations": picture}], total=1))
    async with Sites({"furbooru": row, "derpibooru": at(server)}, transport) as sites:
        board = sites.boards["furbooru"]
        assert isinstance(board, PhilomenaBoard)
        assert row.dialect is not None
        page = await board.search(canonical("solo", SAFE, row.dialect))
        post = await board.post(7, q=by_id(7, SAFE, row.dialect))

    assert page.posts == (post,)
    assert (post.site, post.page_url) == ("furbooru", "https://furbooru.org/images/7")
    assert not isinstance(choose_media(post), NoMedia)
    assert server.requests[0].query["filter_id"] == "2"


async def test_the_demo_asks_no_site_that_is_not_simulated(tmp_path: Path) -> None:
    """Rule L16: tests and the demo never leave the machine."""
    known = (CATALOGUE["derpibooru"], FURBOORU)
    async with SimulatedSites(world(), sites=known) as simulated:
        in_use = sites_in_use(demo_settings(simulated, tmp_path))

    assert set(in_use) == set(simulated.urls) == {"derpibooru"}
    assert in_use["derpibooru"].base_url.startswith("http://127.0.0.1:")
