"""Every body of the sample world is one that the sites' clients can read."""

import pytest

from bot.demo.sites.philomena_bodies import image
from bot.demo.sites.ponyapi import pony_body
from bot.demo.sites.twibooru_bodies import post_body
from bot.demo.world import World
from bot.sites import philomena, ponyapi, twibooru


@pytest.mark.parametrize("site", ["derpibooru", "ponybooru"])
def test_every_philomena_body_decodes(world: World, site: str) -> None:
    for known in world.posts(site).values():
        post = philomena.decode_post(image(known, world), site)
        assert (post.id, post.hidden_from_users) == (known.id, known.hidden)
        if not known.hidden:
            assert post.tags == known.tags
            assert all(url.startswith("https://") for url in post.representations.values())


def test_every_twibooru_body_decodes(world: World) -> None:
    for known in world.posts("twibooru").values():
        post = twibooru.decode_post(post_body(known, world), "twibooru")
        assert (post.id, post.tags) == (known.id, known.tags)
        assert post.media_type == known.media_type


def test_every_pony_decodes(world: World) -> None:
    for known in world.posts("ponyapi").values():
        post = ponyapi.decode_post(pony_body(known), "ponyapi")
        assert (post.id, post.tags) == (known.id, known.tags)
        assert post.derpi_id == known.derpi_id
