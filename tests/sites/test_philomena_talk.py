"""Forums, comments and profiles of a Philomena board, against the simulated ones (seeds S1, S3)."""

from datetime import datetime

import pytest

from bot.demo.sites import SimulatedSites
from bot.demo.world_people import MEMBERS
from bot.sites import (
    KeyRefused,
    NotFound,
    PhilomenaBoard,
    Refused,
    Sites,
)
from tests.sites.simulated import talked_about, world


async def test_forums_topics_and_posts_lead_to_each_other(derpibooru: PhilomenaBoard) -> None:
    forums = await derpibooru.forums()
    assert [forum.short_name for forum in forums.items] == ["art", "dis", "meta"]
    forum = await derpibooru.forum("art")
    assert forum == forums.items[0]
    assert forum.page_url == "https://derpibooru.org/forums/art"
    assert isinstance(forum.description, str)
    topics = await derpibooru.topics("art", per_page=1)
    topic = await derpibooru.topic("art", topics.items[0].slug)
    assert (topics.total, topics.is_last) == (forum.topic_count, forum.topic_count == 1)
    assert topic == topics.items[0]
    assert topic.page_url == f"https://derpibooru.org/forums/art/topics/{topic.slug}"
    assert isinstance(topic.last_replied_to_at, datetime)
    posts = await derpibooru.topic_posts("art", topic.slug, per_page=5)
    post = await derpibooru.topic_post("art", topic.slug, posts.items[0].id)
    assert post == posts.items[0]
    assert post.page_url.endswith(
        f"/forums/art/topics/{topic.slug}?post_id={post.id}#post_{post.id}"
    )
    same = await derpibooru.forum_post(post.id)
    assert (same.body, same.page_url) == (post.body, "")
    found = await derpibooru.search_posts(f"id:{post.id}")
    assert (found.total, found.items[0].id) == (1, post.id)
    with pytest.raises(NotFound):
        await derpibooru.forum("nowhere")
    with pytest.raises(NotFound):
        await derpibooru.topic("art", "nothing")
    assert (await derpibooru.topics("nowhere")).items == ()


async def test_a_comment_is_read_alone_and_found_by_search(derpibooru: PhilomenaBoard) -> None:
    number, written = talked_about()
    comment = await derpibooru.comment(written.id)
    assert (comment.body, comment.author, comment.image_id) == (
        written.body,
        written.author,
        number,
    )
    assert comment.page_url == f"https://derpibooru.org/images/{number}#comment_{written.id}"
    # Pictures of people are no addresses of ours where they are `data:` URIs (safety, 3.10).
    assert comment.avatar is None
    found = await derpibooru.search_comments(f"id:{written.id}")
    assert found.comments == (comment,)
    assert comment in (await derpibooru.comments(number)).comments
    with pytest.raises(NotFound):
        await derpibooru.comment(1)


async def test_a_comment_under_a_hidden_image_is_refused_and_the_key_kept(
    sites: tuple[Sites, SimulatedSites], derpibooru: PhilomenaBoard
) -> None:
    """The route takes no key (seeds S1, S3), so its empty 403 says nothing of one (F15)."""
    hidden = next(
        thread[0]
        for number, thread in world().comments["derpibooru"].items()
        if thread and world().posts("derpibooru")[number].hidden
    )
    with pytest.raises(Refused) as refused:
        await derpibooru.comment(hidden.id)
    assert not isinstance(refused.value, KeyRefused)
    assert (await derpibooru.user_filters()).items
    assert all(one.reason == "" for one in sites[0].status())


async def test_a_profile_has_links_and_awards(derpibooru: PhilomenaBoard) -> None:
    for number, member in MEMBERS.items():
        if member.deactivated:
            with pytest.raises(NotFound):
                await derpibooru.profile(number)
            continue
        user = await derpibooru.profile(number)
        assert (user.id, user.name) == (number, member.name)
        assert user.page_url.startswith("https://derpibooru.org/profiles/")
        assert (len(user.links), len(user.awards)) == (len(member.links), len(member.awards))
        assert all(isinstance(award.awarded_on, datetime) for award in user.awards)
