"""What a board's members made and wrote, read from a board, and what of it is kept back."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from msgspec import structs

from bot.clock import SYSTEM_CLOCK
from bot.demo.sites import SimulatedSites
from bot.demo.world import World
from bot.demo.world_people import OPERATOR
from bot.safety import SAFE
from bot.sites import NotFound, PhilomenaBoard, Refused, Sites
from bot.ui.answers import NotShownError
from bot.ui.board_filters import filter_answer
from bot.ui.finder import Finder
from bot.ui.forums import post_answer, topic_answer, topic_place, topics_answer
from bot.ui.galleries import find_galleries, gallery_search
from bot.ui.lookalike import find_picture
from bot.ui.people import find_person
from tests.sites.simulated import clients

THREAD = "dis/ask-the-mailmare-anything"


@pytest.fixture
async def sites() -> AsyncIterator[tuple[Sites, SimulatedSites]]:
    """Give clients with the operator's key, and a world of their own."""
    async with clients(World()) as found:
        yield found


@pytest.fixture
def board(sites: tuple[Sites, SimulatedSites]) -> PhilomenaBoard:
    board = sites[0].boards["derpibooru"]
    assert isinstance(board, PhilomenaBoard)
    return board


@pytest.fixture
def finder(sites: tuple[Sites, SimulatedSites]) -> Finder:
    return Finder(sites[0], SYSTEM_CLOCK)


async def test_somebody_is_found_by_name_or_number_alike(board: PhilomenaBoard) -> None:
    for known_as in ("1021", " cozy archivist "):
        assert (await find_person(board, known_as)).name == "Cozy Archivist"
    # A name that is full of the search language's signs is but a name.
    assert (await find_person(board, "@everyone *star*")).id == 7777


async def test_nobody_is_made_up_for_an_unknown_name(board: PhilomenaBoard) -> None:
    for nobody in ("Nobody Here", '" || author:*', "*", "Cozy*", " "):
        with pytest.raises(NotShownError, match="I cannot tell their number"):
            await find_person(board, nobody)
    for gone in ("Quiet Gallop", "6006", "9999999"):
        with pytest.raises(NotFound):
            await find_person(board, gone)


async def test_a_filter_says_what_it_hides_without_naming_what_is_unfit(
    board: PhilomenaBoard,
) -> None:
    """Reference: safety, 3.7."""
    default = await filter_answer(board, 100_073, SAFE)
    own = await filter_answer(board, 179_331, SAFE)

    assert [(field.name, field.value) for field in default.fields] == [
        ("Hides", "5 tags that are not named here"),
        ("Spoilers", "1 tag that is not named here"),
    ]
    assert [field.value for field in own.fields] == [
        "sunset\n`solo, -cute`\n`score.lt:0`",
        "Nothing.",
    ]


async def test_the_names_of_a_filters_tags_are_asked_for_at_once(
    board: PhilomenaBoard, sites: tuple[Sites, SimulatedSites]
) -> None:
    """Reference: boards, 1.1: fifty numbers are one request."""
    await filter_answer(board, 100_073, SAFE)
    asked = [request.path for request in sites[1].requests["derpibooru"]]
    assert asked.count("/fetch/tags") == 1
    assert len(asked) == 2


async def test_tags_that_the_server_hides_are_not_named_by_a_filter(board: PhilomenaBoard) -> None:
    policy = structs.replace(SAFE, hidden_tags=frozenset({"sunset"}))
    embed = await filter_answer(board, 179_331, policy)
    assert "sunset" not in str(embed.to_dict())


async def test_a_private_filter_is_shown_to_nobody_though_the_key_opens_it(
    board: PhilomenaBoard,
) -> None:
    private = await board.filter(200_001)
    assert private.user_id == OPERATOR.id
    with pytest.raises(NotShownError, match="private"):
        await filter_answer(board, 200_001, SAFE)
    with pytest.raises(NotFound):
        await filter_answer(board, 200_003, SAFE)


async def test_galleries_are_found_by_title_and_maker_alone(board: PhilomenaBoard) -> None:
    async def titles(title: str, maker: str = "") -> list[object]:
        return [one.title for one in (await find_galleries(board, title, maker, 1)).items]

    assert len(await titles("")) == 5
    assert await titles("mean") == ["mean faces, kind hearts", "meanwhile in the meadow"]
    assert await titles("mean", "TealTrotter") == ["mean faces, kind hearts"]
    # The operator's own, which the key would bring.
    assert await titles("my:galleries") == []


async def test_a_gallery_is_paged_through_in_its_own_order_and_under_the_policy(
    finder: Finder, sites: tuple[Sites, SimulatedSites]
) -> None:
    world = sites[1].world
    gallery = world.galleries["derpibooru"][0]
    unfit = world.posts("derpibooru")[gallery.image_ids[1]]
    world.change("derpibooru", replace(unfit, tags=("explicit", "mare")))
    search = gallery_search("derpibooru", gallery.id)
    found = [
        await finder.first(search, SAFE),
        *[await finder.result(search, position, SAFE) for position in (2, 3)],
    ]

    shown = [one.post.post.id for one in found]
    assert len(set(shown)) == 3
    assert unfit.id not in shown
    assert [number for number in gallery.image_ids if number in shown] == shown
    with pytest.raises(NotShownError, match="has no such gallery"):
        await finder.first(gallery_search("derpibooru", 7), SAFE)


async def test_topics_of_a_forum_that_is_not_there_are_no_empty_list(
    board: PhilomenaBoard,
) -> None:
    """Reference: boards, 1.1."""
    embed = await topics_answer(board, "dis", 1)
    assert "Time wasting thread" in (embed.description or "")
    assert "Swept under the rug" not in (embed.description or "")
    for nowhere in ("nope", "mod", "dis/topics"):
        with pytest.raises(NotFound):
            await topics_answer(board, nowhere, 1)


async def test_a_topic_is_read_page_by_page_and_a_hidden_one_not_at_all(
    board: PhilomenaBoard,
) -> None:
    place = topic_place(THREAD, board.site)
    first = await topic_answer(board, place, 1)
    last = await topic_answer(board, place, 3)
    assert "page 1 of 3" in (first.footer.text or "")
    assert "\\*\\*Bold\\*\\* \\[link\\]" in f"{first.description}{last.description}"
    beyond = await topic_answer(board, place, 9)
    assert beyond.description == "There is no page 9: the last one is 3."
    for hidden in ("dis/swept-under-the-rug", "mod/secret", "dis/nothing"):
        with pytest.raises(NotFound):
            await topic_answer(board, topic_place(hidden, board.site), 1)


async def test_words_that_are_not_for_everybody_are_left_out_of_the_forums(
    board: PhilomenaBoard, sites: tuple[Sites, SimulatedSites]
) -> None:
    """Reference: safety, 3.7 and 3.10."""
    forums = sites[1].world.forums
    (forum,) = (one for one in forums["derpibooru"] if one.short_name == "meta")
    (topic,) = forum.topics
    (post,) = topic.posts
    forums["derpibooru"] = (replace(forum, topics=(
        replace(topic, posts=(replace(post, body="p\u043ern here"),), post_count=1),
        replace(topic, posts=(replace(post, body="Be k1nd, no sex"),), slug="other"),
        replace(topic, title="Your favourite porn", slug="unfit"),
        replace(topic, title="Changed since", slug="your-favourite-porn"),
    )),)  # fmt: skip

    listed = await topics_answer(board, "meta", 1)
    assert "porn" not in (listed.description or "")
    assert "2 may not be shown here" in (listed.footer.text or "")
    read = await topic_answer(board, topic_place("meta/other", board.site), 1)
    assert read.description == "Nothing on this page may be shown here."
    with pytest.raises(NotShownError, match="not for everybody"):
        await topic_answer(board, topic_place("meta/unfit", board.site), 1)


async def test_one_post_of_a_forum_is_found_by_number_or_address(board: PhilomenaBoard) -> None:
    by_number = await post_answer(board, "2700003")
    page = f"https://derpibooru.org/forums/dis/topics/{THREAD.partition('/')[2]}"
    address = f"{page}?post_id=2700003#post_2700003"
    by_address = await post_answer(board, address)
    assert (by_number.title, by_address.title) == ("Forum post 2700003",) * 2
    assert (by_number.url, by_address.url) == (None, address)
    for kept_back, reason in (("2700006", "hidden"), (page, "a whole topic"), ("x", "no topic")):
        with pytest.raises(NotShownError, match=reason):
            await post_answer(board, kept_back)
    with pytest.raises(NotFound):
        await post_answer(board, "9999999")


async def test_a_comment_is_shown_only_under_a_post_that_may_be_shown(
    finder: Finder, board: PhilomenaBoard, sites: tuple[Sites, SimulatedSites]
) -> None:
    """Reference: safety, 3.10."""
    world = sites[1].world
    comment = next(
        thread[0]
        for number, thread in world.comments["derpibooru"].items()
        if thread and (post := world.posts("derpibooru")[number]).safe and not post.awkward
    )
    found, read = await finder.comment(board, comment.id, SAFE)
    assert (found.post.post.id, read.id) == (comment.post_id, comment.id)
    post = world.posts("derpibooru")[comment.post_id]
    world.change("derpibooru", replace(post, tags=("explicit", "mare")))
    with pytest.raises(NotShownError):
        await finder.comment(board, comment.id, SAFE)
    world.change("derpibooru", replace(post, hidden=True))
    with pytest.raises(Refused):
        await finder.comment(board, comment.id, SAFE)


async def test_no_comment_is_asked_for_while_all_pictures_are_stopped(
    finder: Finder, board: PhilomenaBoard, sites: tuple[Sites, SimulatedSites]
) -> None:
    """Reference: safety, 3.9: its post could not be shown."""
    for policy in (
        structs.replace(SAFE, panic=True),
        structs.replace(SAFE, sites_off=frozenset({"derpibooru"})),
    ):
        with pytest.raises(NotShownError):
            await finder.comment(board, 1, policy)
    assert sites[1].requests["derpibooru"] == []


async def test_a_board_that_is_asked_alone_is_the_only_one_asked(
    finder: Finder, sites: tuple[Sites, SimulatedSites]
) -> None:
    with pytest.raises(NotShownError, match=r"found on Ponybooru\."):
        await find_picture(
            finder, "https://cdn.discordapp.com/attachments/1/2/a.png", SAFE, only="ponybooru"
        )
    assert sites[1].requests["derpibooru"] == []
