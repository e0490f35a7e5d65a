"""The drawn pictures: right sizes, right kinds, the same each time."""

import io
import subprocess
import sys
from xml.etree import ElementTree as ET

import av
import pytest
from PIL import Image

from bot.demo.pictures import draw
from bot.demo.world import World
from bot.demo.world_cast import PONIES, SCENES
from bot.demo.world_media import MIME, absolute, representations

TAGS = ("safe", "rainbow dash", "night", "trotting")


@pytest.mark.parametrize(
    ("form", "mime", "pillow"),
    [
        ("png", "image/png", "PNG"),
        ("jpg", "image/jpeg", "JPEG"),
        ("jpeg", "image/jpeg", "JPEG"),
        ("gif", "image/gif", "GIF"),
        ("gif-still", "image/gif", "GIF"),
    ],
)
def test_a_picture_is_of_its_kind_and_size(form: str, mime: str, pillow: str) -> None:
    found, data = draw(1, TAGS, (120, 90), form)
    assert found == mime
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == pillow
        assert image.size == (120, 90)
        assert (getattr(image, "n_frames", 1) > 1) == (form == "gif")


@pytest.mark.parametrize("form", ["webm", "mp4"])
def test_a_video_plays(form: str) -> None:
    mime, data = draw(1, TAGS, (64, 49), form)
    assert mime == f"video/{form}"
    with av.open(io.BytesIO(data), "r") as container:
        frames = [(frame.width, frame.height) for frame in container.decode(video=0)]
    assert len(frames) > 4
    assert set(frames) == {(64, 48)}


def test_an_svg_is_the_same_scene_as_vectors() -> None:
    mime, data = draw(1, TAGS, (120, 90), "svg")
    assert mime == "image/svg+xml"
    root = ET.fromstring(data)  # noqa: S314 (our own)
    assert root.get("width") == "120"
    assert len(root) > 50


def test_equal_seeds_draw_equal_pictures_and_others_do_not() -> None:
    assert draw(1, TAGS, (80, 60), "png") == draw(1, TAGS, (80, 60), "png")
    assert draw(1, TAGS, (80, 60), "png") != draw(2, TAGS, (80, 60), "png")


@pytest.mark.parametrize("scene", SCENES)
def test_every_scene_can_be_drawn_and_is_seen(scene: str) -> None:
    mime, data = draw(5, ("safe", scene, "eyes closed"), (60, 45), "png")
    assert mime == "image/png"
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (60, 45)
    assert data != draw(5, ("safe", "eyes closed"), (60, 45), "png")[1]


@pytest.mark.parametrize("pony", [pony.name for pony in PONIES])
def test_every_pony_shows_its_coat(pony: str) -> None:
    coat = next(found.coat for found in PONIES if found.name == pony)
    wanted = tuple(int(coat[k : k + 2], 16) for k in (1, 3, 5))
    _, data = draw(7, (pony, "simple background"), (320, 240), "png")
    with Image.open(io.BytesIO(data)) as image:
        colours = image.convert("RGB").getcolors(320 * 240)
    assert colours is not None
    assert max((count for count, colour in colours if colour == wanted), default=0) > 1000


def test_extreme_shapes_are_drawn(world: World) -> None:
    for label in ("very tall", "very wide", "small picture"):
        post = world.odd("derpibooru", label)
        _, data = world.picture(representations(post)["tall"])
        with Image.open(io.BytesIO(data)) as image:
            assert max(image.size) <= 720


def test_a_picture_is_behind_each_url_of_a_body(world: World) -> None:
    post = world.odd("ponybooru", "relative URLs")
    mime, data = world.picture(absolute(post, representations(post)["thumb"]))
    assert mime == MIME[post.format]
    with Image.open(io.BytesIO(data)) as image:
        assert max(image.size) == 250
    with pytest.raises(KeyError):
        world.picture("https://derpicdn.net/img/none.png")


def test_assets_cover_every_safe_picture_and_nothing_unsafe() -> None:
    world = World()
    assets = world.assets(["ponyaggregate"])
    expected = {url for url, (post, _, _) in world.media.items() if post.site == "ponyaggregate"}
    assert assets.keys() == expected
    name, data = next(iter(assets.values()))
    assert name.endswith((".png", ".jpg"))
    assert data


def test_the_simulated_sites_load_neither_pillow_nor_simcord() -> None:
    code = (
        "import sys; from bot.demo.sites import SimulatedSites; from bot.demo.world import World;"
        "World(); assert not {'PIL', 'av', 'simcord', 'discord'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
