"""What Philomena's JSON says about members and what they write (seeds S1, S3; boards, 1.6)."""

from bot.demo.sites.philomena_bodies import Body, instant
from bot.demo.world import World
from bot.demo.world_comments import Comment
from bot.demo.world_forums import Forum, ForumPost, Topic
from bot.demo.world_galleries import Gallery
from bot.demo.world_people import Member

_AVATAR = "data:image/svg+xml;base64,PHN2Zy8+"


def _avatar(member: Member | None) -> str:
    return member.avatar_url if member is not None and member.avatar_url else _AVATAR


def comment(found: Comment, *, under_hidden: bool = False) -> Body:
    """Return the object inside `comment`; a hidden one has no text.

    Under a hidden picture everything is null, and there is no `avatar` at all.
    """
    if under_hidden:
        names = ("image_id", "user_id", "author", "body", "created_at", "updated_at", "edited_at",
                 "edit_reason")  # fmt: skip
        return {"id": found.id, **dict.fromkeys(names)}
    when = instant(found.created_at)
    return {
        "id": found.id,
        "image_id": found.post_id,
        "user_id": found.user_id,
        "author": found.author,
        "avatar": _AVATAR,
        "body": None if found.hidden else found.body,
        "created_at": when,
        "updated_at": when,
        "edited_at": when if found.edited else None,
        "edit_reason": "a *typo*" if found.edited else None,
    }


def forum_post(found: ForumPost) -> Body:
    """Return the object inside `post`; a hidden one has no text."""
    when = instant(found.created_at)
    return {
        "id": found.id,
        "author": found.author,
        "avatar": _avatar(found.member),
        "user_id": found.member.id if found.member else None,
        "body": None if found.hidden else found.body,
        "created_at": when,
        "updated_at": when,
        "edited_at": when if found.edited else None,
        "edit_reason": "" if found.edited else None,
    }


def topic(found: Topic) -> Body:
    """Return the object inside `topic`."""
    first = found.posts[0]
    return {
        "slug": found.slug,
        "title": found.title,
        "post_count": found.post_count,
        "view_count": found.view_count,
        "sticky": found.sticky,
        "locked": found.locked,
        "last_replied_to_at": instant(found.last_replied_to_at),
        "user_id": first.member.id if first.member else None,
        "author": first.author,
    }


def forum(found: Forum) -> Body:
    """Return the object inside `forum`."""
    return {
        "name": found.name,
        "short_name": found.short_name,
        "description": found.description,
        "topic_count": len(found.topics),
        "post_count": found.post_count,
    }


def gallery(found: Gallery, *, old: bool) -> Body:
    """Return one gallery; boards from before 2025-11 say `user` for the creator."""
    who, who_id = ("user", "user_id") if old else ("creator", "creator_id")
    # Before there was anonymity, a gallery always had a name.
    name = found.owner.name if found.owner else ("Background Pony #1337" if old else None)
    return {
        "id": found.id,
        "title": found.title,
        "thumbnail_id": found.thumbnail_id,
        "spoiler_warning": found.spoiler_warning,
        "description": found.description,
        who: name,
        who_id: found.owner.id if found.owner else None,
    }


def user(found: Member, world: World, site: str) -> Body:
    """Return the object inside `user`, with links and awards; a staff role can be masked."""
    tags = world.tags[site].by_name
    threads = world.comments[site].values()
    topics = [topic for forum in world.forums[site] for topic in forum.topics]
    return {
        "id": found.id,
        "name": found.name,
        "slug": found.name.replace("-", "-dash-").replace(" ", "+"),
        "role": found.role,
        "description": found.description,
        "avatar_url": found.avatar_url,
        "created_at": instant(found.created_at),
        "comments_count": sum(c.user_id == found.id for thread in threads for c in thread),
        "uploads_count": sum(p.uploader_id == found.id for p in world.posts(site).values()),
        "posts_count": sum(p.member is found for topic in topics for p in topic.posts),
        "topics_count": sum(topic.posts[0].member is found for topic in topics),
        "links": [
            {
                "user_id": found.id,
                "created_at": instant(link.created_at),
                "state": link.state,
                "tag_id": tags[link.tag].id if link.tag in tags else None,
            }
            for link in found.links
        ],
        "awards": [
            {
                "image_url": award.image_url,
                "title": award.title,
                "id": award.id,
                "label": award.label,
                "awarded_on": instant(award.awarded_on),
            }
            for award in found.awards
        ],
    }
