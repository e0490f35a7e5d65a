"""Bodies and their descriptions agree both ways: no key without a field, no field without a key.

The bodies are those of the simulated sites, which follow the documents and `reference: boards`;
the fields are those of the structs, each with the words that the documents have for it.
"""

import ast
import asyncio
import inspect
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import aiohttp
import pytest
from msgspec import structs

from bot.demo.sites import SimulatedSites
from bot.demo.sites.keys import BOARD_KEY
from bot.demo.world_people import MEMBERS
from bot.posts.model import Intensities
from bot.sites import (
    Award,
    Comment,
    DnpEntry,
    Filter,
    Forum,
    ForumPost,
    Gallery,
    ImageErrors,
    Link,
    NumberedTag,
    OEmbed,
    PonyTag,
    Suggestion,
    Topic,
    User,
)
from bot.sites.oembed import _OWN
from bot.sites.philomena_bodies import Image, Interaction
from bot.sites.picture import Picture
from bot.sites.ponyapi import Pony
from bot.sites.tag_bodies import TagBody
from bot.sites.twibooru_bodies import LocationBody, PostBody
from tests.sites.simulated import world

#: Fields that we add ourselves.
OURS = {"page_url"}
#: Keys of a body that a field of another name stands for, by struct.
SPELLINGS: dict[type, dict[str, str]] = {
    Gallery: {"user": "creator", "user_id": "creator_id"},
    OEmbed: {
        f"{site}_{key}": name
        for site in ("derpibooru", "ponybooru", "twibooru")
        for key, name in _OWN.items()
    },
}
#: Fields that no simulated body has, and why.
UNSEEN: dict[type, dict[str, str]] = {
    Image: {"approved": "believed where it comes; no document has it"},
    PostBody: {
        "source_urls": "read where it comes; no document has it",
        "approved": "believed where it comes; no document has it",
    },
}

#: What not every site has one of.
SCARCE = (DnpEntry, Suggestion)

Bodies = Mapping[type, list[dict[str, Any]]]


async def get(session: aiohttp.ClientSession, url: str) -> Any:
    async with session.get(url) as answer:
        assert answer.status == 200, url
        return json.loads(await answer.read())


async def philomena(session: aiohttp.ClientSession, site: str, url: str) -> Bodies:
    """Return every kind of body of a Philomena board."""
    api = f"{url}/api/v1/json"
    found: dict[type, list[dict[str, Any]]] = defaultdict(list)

    async def rows(path: str, name: str) -> list[Any]:
        many: list[Any] = (await get(session, f"{api}/{path}"))[name]
        return many

    for number in world().posts(site):
        one = await get(session, f"{api}/images/{number}?key={BOARD_KEY}")
        found[Image].append(one["image"])
        found[Interaction] += one["interactions"]
    found[Intensities] = [one["intensities"] for one in found[Image] if one.get("intensities")]
    found[Comment] = await rows("search/comments?q=*&per_page=50", "comments")
    for page in range(1, 5):
        found[TagBody] += await rows(f"search/tags?q=*&per_page=50&page={page}", "tags")
    found[DnpEntry] = [entry for tag in found[TagBody] for entry in tag["dnp_entries"]]
    found[Gallery] = await rows("search/galleries?q=*", "galleries")
    found[Filter] = await rows("filters/system", "filters")
    found[Forum] = await rows("forums", "forums")
    for forum in found[Forum]:
        name = forum["short_name"]
        topics = await rows(f"forums/{name}/topics", "topics")
        found[Topic] += topics
        for topic in topics:
            path = f"forums/{name}/topics/{topic['slug']}/posts"
            found[ForumPost] += await rows(path, "posts")
    for member in MEMBERS.values():
        if not member.deactivated:
            found[User].append((await get(session, f"{api}/profiles/{member.id}"))["user"])
    found[Link] = [link for user in found[User] for link in user["links"]]
    found[Award] = [award for user in found[User] for award in user["awards"]]
    shown = next(one for one in found[Image] if not one["hidden_from_users"])
    page_url = f"https://{site}.org/images/{shown['id']}"
    found[OEmbed] = [await get(session, f"{api}/oembed?url={page_url}")]
    complete = await get(session, f"{url}/autocomplete/tags?vsn=2&term=twi")
    found[Suggestion] = complete["suggestions"]
    safe = (await get(session, f"{api}/tags/safe"))["tag"]["id"]
    found[NumberedTag] = (await get(session, f"{url}/fetch/tags?ids[]={safe}"))["tags"]
    return found


async def twibooru(session: aiohttp.ClientSession, url: str) -> Bodies:
    """Return every kind of body of Twibooru."""
    found: dict[type, list[dict[str, Any]]] = defaultdict(list)
    for number in world().posts("twibooru"):
        found[PostBody].append((await get(session, f"{url}/api/v3/posts/{number}"))["post"])
    found[Intensities] = [one["intensities"] for one in found[PostBody] if one.get("intensities")]
    found[LocationBody] = [at for one in found[PostBody] for at in one["locations"]]
    for one in found[PostBody]:
        if not one["hidden_from_users"]:
            thread = await get(session, f"{url}/api/v3/posts/{one['id']}/comments")
            found[Comment] += thread["comments"]
    found[TagBody] = (await get(session, f"{url}/api/v3/search/tags?q=*&per_page=50"))["tags"]
    shown = next(one for one in found[PostBody] if not one["hidden_from_users"])
    address = f"https://twibooru.org/{shown['id']}"
    found[OEmbed] = [await get(session, f"{url}/oembed.json?url={address}")]
    return found


async def ponyapi(session: aiohttp.ClientSession, url: str) -> Bodies:
    """Return every kind of body of the Safe Pony API."""
    ponies = [
        (await get(session, f"{url}/api/v1/pony/id/{number}"))["pony"]
        for number in world().posts("ponyapi")
    ]
    tag = await get(session, f"{url}/api/v1/tag/pony")
    return {Pony: ponies, PonyTag: [tag.get("tag", tag)]}


async def collect() -> dict[str, Bodies]:
    async with SimulatedSites(world()) as sites, aiohttp.ClientSession() as session:
        urls = sites.urls
        return {
            "derpibooru": await philomena(session, "derpibooru", urls["derpibooru"]),
            "ponybooru": await philomena(session, "ponybooru", urls["ponybooru"]),
            "twibooru": await twibooru(session, urls["twibooru"]),
            "ponyapi": await ponyapi(session, urls["ponyapi"]),
        }


@pytest.fixture(scope="module")
def bodies() -> dict[str, Bodies]:
    return asyncio.run(collect())


def keys_of(rows: Iterable[dict[str, Any]]) -> set[str]:
    return {key for row in rows for key in row}


def fields_of(kind: type) -> set[str]:
    return {field.encode_name for field in structs.fields(kind)} - OURS


@pytest.mark.parametrize("site", ["derpibooru", "ponybooru", "twibooru", "ponyapi"])
def test_every_key_of_a_body_is_a_field_with_a_meaning(
    bodies: dict[str, Bodies], site: str
) -> None:
    for kind, rows in bodies[site].items():
        assert rows or kind in SCARCE, (site, kind.__name__)
        named = SPELLINGS.get(kind, {})
        unknown = {named.get(key, key) for key in keys_of(rows)} - fields_of(kind)
        assert not unknown, (site, kind.__name__)


def test_every_field_is_in_some_body(bodies: dict[str, Bodies]) -> None:
    seen: dict[type, set[str]] = defaultdict(set)
    for of_site in bodies.values():
        for kind, rows in of_site.items():
            named = SPELLINGS.get(kind, {})
            seen[kind] |= {named.get(key, key) for key in keys_of(rows)}
    for kind, keys in seen.items():
        assert fields_of(kind) - keys == set(UNSEEN.get(kind, {})), kind.__name__


#: Fields whose name says all that their document says, in nobody's need of a unit.
PLAIN = {
    "id", "name", "title", "description", "author", "body", "created_at", "updated_at", "score",
    "upvotes", "downvotes", "faves", "comment_count", "tag_count", "animated", "processed",
    "topic_count", "post_count", "view_count", "comments_count", "uploads_count",
    "topics_count", "links", "awards", "label", "awarded_on", "provider_name", "conditions",
    "reason", "image_id", "user_id", "locked", "namespace", "name_in_namespace",
    "short_description", "category", "spoiler_warning", "aliases", "nw", "ne", "sw", "se",
    "view_url", "page_url", "edited_at", "edit_reason", "stemmed_aliases",
    "image", "image_aspect_ratio", "image_height", "image_width", "image_is_animated",
    "image_mime_type", "image_sha512_hash", "uploaded_image",
}  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    [Picture, Image, Interaction, PostBody, LocationBody, Pony, PonyTag, TagBody, Comment,
     DnpEntry, Forum, Topic, ForumPost, User, Link, Award, Filter, Gallery, ImageErrors, OEmbed,
     Suggestion, NumberedTag, Intensities],
)  # fmt: skip
def test_every_struct_names_its_source_and_its_fields_their_meaning(kind: type) -> None:
    doc = inspect.getdoc(kind) or ""
    assert any(word in doc for word in ("seed", "boards", "Seed")), kind.__name__
    tree = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(tree, ast.ClassDef)
    for at, node in enumerate(tree.body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            after = tree.body[at + 1] if at + 1 < len(tree.body) else None
            told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            ours = "ClassVar" in ast.unparse(node.annotation)
            assert told or ours or node.target.id in PLAIN, (kind.__name__, node.target.id)
