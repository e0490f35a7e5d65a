"""`/embed` and "Find this picture": from an address or a picture to the credited post."""

from pathlib import Path

from bot.catalogue import CATALOGUE
from bot.demo.world import WorldPost
from bot.demo.world_media import view_url
from bot.quotas import Rate
from bot.safety import Action
from bot.store import Filter, Subject
from tests.discord_stage import WORLD, Answer, Stage, set_stage


def plain(site: str) -> WorldPost:
    """Return an ordinary post of a site."""
    return next(post for post in WORLD.posts(site).values() if post.safe and not post.awkward)


def shown(answer: Answer) -> tuple[str, int]:
    """Return the post whose picture an answer shows."""
    assert answer.picture is not None, answer.text
    post = WORLD.media[answer.picture][0]
    return post.site, post.id


async def find(stage: Stage, message: object) -> Answer:
    """Let you choose the menu "Find this picture" on a message."""
    return Answer(await stage.you.context_menu(stage.channel, "Find this picture", message))  # type: ignore[arg-type]


async def test_a_link_becomes_the_credited_post(stage: Stage) -> None:
    """Rules L1, L2 and L4; the stage checks each picture's credit."""
    for site in ("derpibooru", "ponybooru", "twibooru", "ponyapi"):
        post = plain(site)
        answer = await stage.ask("embed", url=f"<{CATALOGUE[site].page_url(post.id)}>")
        assert shown(answer) == (site, post.id)
        assert not answer.private
        assert answer.labels == ["Open page", "Report", "Remove"]
    post = plain("derpibooru")
    answer = await stage.ask("embed", url=view_url(post))
    assert shown(answer) == ("derpibooru", post.id)


async def test_what_is_no_link_of_a_post_is_told_privately_and_no_site_is_asked(
    tmp_path: Path,
) -> None:
    """Reference: safety, 5: nothing that a user gave is fetched."""
    async with set_stage(tmp_path, off=("twibooru",)) as stage:
        for url, reason in (
            ("https://derpibooru.org.evil.example/1", "no link to a post"),
            ("https://twibooru.org/1", "Twibooru is switched off"),
            ("https://ponyaggregate.com/submissions/1", "lets no program read"),
        ):
            answer = await stage.ask("embed", url=url)
            assert answer.private
            assert reason in answer.text
            assert "links to posts and pictures of Derpibooru, Ponybooru, Safe" in answer.text
            assert "such as <https://derpibooru.org/images/123>" in answer.text
        assert not any(stage.sites.requests.values())


async def test_a_link_to_what_may_not_be_shown_is_refused_with_the_reason(stage: Stage) -> None:
    """Reference: safety, 3.4."""
    post = next(one for one in WORLD.posts("derpibooru").values() if "explicit" in one.tags)
    answer = await stage.ask("embed", url=f"https://derpibooru.org/{post.id}")

    assert answer.private
    assert "not shown" in answer.text
    assert answer.picture is None


async def test_a_messages_picture_is_found_privately_and_derpibooru_is_asked_first(
    stage: Stage,
) -> None:
    post = plain("derpibooru")
    message = (await stage.ask("derpibooru post", id=post.id)).message
    answer = await find(stage, message)

    assert answer.private
    assert shown(answer) == ("derpibooru", post.id)
    assert "Derpibooru · the same picture" in answer.text
    asked = [path for path in stage.requests("derpibooru") if path.endswith("/search/reverse")]
    assert len(asked) == 1
    assert stage.requests("ponybooru") == []


async def test_a_spoilered_match_lies_behind_its_spoiler_with_the_same_words(stage: Stage) -> None:
    """Reference: safety, 3.5."""
    post = plain("derpibooru")
    guild_id = stage.env.guild.id
    async with stage.app.store.write() as tx:
        rule = Filter(
            guild_id=guild_id, kind=Action.SPOILER, subject=Subject.TAG, expression="safe"
        )
        await tx.filters.put([rule])
    stage.app.policies.forget(guild_id)
    asked = await stage.ask("derpibooru post", id=post.id)
    assert asked.gallery
    answer = await find(stage, asked.message)

    ((url, hidden),) = answer.gallery
    assert hidden
    assert WORLD.media[url][0].id == post.id
    assert "the same picture" in answer.text


async def test_a_picture_from_elsewhere_or_none_is_told_and_no_board_is_asked(
    stage: Stage,
) -> None:
    """Reference: safety, 5: a board fetches no address of a stranger for us."""
    for files, reason in (
        ([("a.png", b"picture")], "I look only for pictures that somebody attached"),
        ([("a.txt", b"words")], "I see no picture"),
        ([], "I see no picture"),
    ):
        message = await stage.other.send(stage.channel, "look at this", attachments=files)
        answer = await find(stage, message)
        assert answer.private
        assert reason in answer.text
    assert not any(stage.sites.requests.values())


async def test_links_and_the_menu_count_among_a_members_wishes(tmp_path: Path) -> None:
    """Reference: safety, 5."""
    async with set_stage(tmp_path, user_rate=Rate(2, 60)) as stage:
        page = CATALOGUE["derpibooru"].page_url(plain("derpibooru").id)
        message = (await stage.ask("embed", url=page)).message
        assert shown(await find(stage, message))
        for late in (await find(stage, message), await stage.ask("embed", url=page)):
            assert late.private
            assert "a lot at once" in late.text
