"""`/pony`: the Safe Pony API, from a member's command to a credited picture."""

import pytest

from tests.discord_stage import WORLD, Stage


@pytest.mark.smoke
async def test_a_random_pony_comes_with_picture_artist_source_and_page(stage: Stage) -> None:
    answer = await stage.ask("pony random")

    assert not answer.private
    assert answer.result.acknowledged
    assert answer.picture is not None
    post = WORLD.media[answer.picture][0]
    assert f"theponyapi.com/api/v1/pony/id/{post.id}" in (answer.embed.url or "")
    assert "Artist" in answer.text
    assert "Source" in answer.text
    assert answer.labels == ["Another", "Open page", "Report", "Remove"]


async def test_random_ponies_have_the_tags_that_were_asked_for(stage: Stage) -> None:
    answer = await stage.ask("pony random", tags="Cute, mare")

    assert answer.picture is not None
    assert {"cute", "mare"} <= set(WORLD.media[answer.picture][0].tags)


async def test_no_stem_reaches_the_site(stage: Stage) -> None:
    await stage.ask("pony random", tags="cute", no_stem=True)

    request = stage.sites.requests["ponyapi"][0]  # More are drawn ahead with the same words.
    assert "no_stem" in request.query
    assert request.query["q"] == "cute"


async def test_another_pony_takes_the_place_of_the_first(stage: Stage) -> None:
    first = await stage.ask("pony random", tags="mare")
    again = await stage.press(first, "Another")

    assert again.message.id == first.message.id
    assert again.picture is not None
    assert "mare" in WORLD.media[again.picture][0].tags


async def test_a_pony_is_found_by_its_number(stage: Stage) -> None:
    post = next(post for post in WORLD.posts("ponyapi").values() if not post.awkward)
    answer = await stage.ask("pony get", id=post.id)

    assert answer.embed.url == f"https://theponyapi.com/api/v1/pony/id/{post.id}"
    assert answer.labels == ["Open page", "Report", "Remove"]


async def test_a_pony_that_is_not_approved_is_not_shown(stage: Stage) -> None:
    """Rule L14."""
    answer = await stage.ask("pony get", id=WORLD.odd("ponyapi", "not approved").id)

    assert answer.private
    assert answer.message.embeds == []
    assert "not approved" in answer.text


async def test_an_http_source_is_linked_as_https_beside_its_original(stage: Stage) -> None:
    """Rule L3."""
    answer = await stage.ask("pony get", id=WORLD.odd("ponyapi", "http source").id)

    assert "(https://marzipan-comet.example.com/art/Dawn-7)" in answer.text
    assert "`http://marzipan-comet.example.com/art/Dawn-7`" in answer.text


async def test_a_pony_that_is_on_derpibooru_links_its_page_there_too(stage: Stage) -> None:
    """Rule L4: the Safe Pony API's own page is not made for people."""
    post = next(post for post in WORLD.posts("ponyapi").values() if post.derpi_id and post.safe)
    answer = await stage.ask("pony get", id=post.id)

    assert f"(https://theponyapi.com/api/v1/pony/id/{post.id})" in answer.text
    assert "also on Derpibooru:" in answer.text
    assert f"(https://derpibooru.org/images/{post.derpi_id})" in answer.text


async def test_a_post_without_source_says_so(stage: Stage) -> None:
    """Rule L2."""
    answer = await stage.ask("pony get", id=WORLD.odd("ponyapi", "no source").id)

    assert "no source given" in answer.text


async def test_tags_nobody_has_are_told_privately(stage: Stage) -> None:
    answer = await stage.ask("pony random", tags="a tag that nothing has")

    assert answer.private
    assert "Safe Pony API" in answer.text


async def test_a_tag_is_explained_privately(stage: Stage) -> None:
    answer = await stage.ask("pony tag", name="kawaii")

    assert answer.private
    assert answer.embed.title == "cute"
    assert "adorable" in answer.text


async def test_an_unknown_tag_is_told_privately(stage: Stage) -> None:
    answer = await stage.ask("pony tag", name="a tag that nothing has")

    assert answer.private
    assert answer.message.embeds == []
