"""The two POST routes of a simulated Philomena board: upload and reverse search (boards, 1.1)."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zlib import crc32

from aiohttp import BodyPartReader, web

from bot.demo.sites import philomena_bodies as bodies
from bot.demo.sites.keys import BANNED_KEY, member_of
from bot.demo.sites.listing import aspect_ratio, whole
from bot.demo.sites.philomena_board import API, Board, bad_request
from bot.demo.sites.philomena_images import Images, interactions
from bot.demo.sites.server import EVIL, json_response
from bot.demo.world_media import MIME
from bot.demo.world_people import Member
from bot.demo.world_post import WorldPost
from bot.demo.world_posts import digest
from bot.posts.tags import RATINGS, clean_tag_name

_FEWEST_TAGS = 3
_DISTANCE = 0.25
#: How far the shapes of two equal pictures can be apart.
_SHAPE = 0.05
_LIMITS = range(1, 51)
_UNKNOWN_SIZE = (1280, 960)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as the site knows it from its file."""

    seed: int
    format: str
    width: int
    height: int
    name: str


class Posting:
    """Uploading a picture, and finding one by what it looks like."""

    def __init__(self, board: Board, images: Images) -> None:
        self.board = board
        self.images = images

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post(f"{API}/images", self.upload),
            web.post(f"{API}/search/reverse", self.reverse),
        ]

    async def upload(self, request: web.Request) -> web.Response:
        """`POST /images`: JSON with the direct link in `url`, the key in the query."""
        if request.query.get("key") == BANNED_KEY:
            return web.Response(status=403)
        member = member_of(request)
        if member is None:
            return web.Response(status=401)
        sent = await _json(request)
        image = sent.get("image")
        if not isinstance(image, dict):
            raise bad_request()
        picture = self._linked(str(sent.get("url") or request.query.get("url") or ""))
        tags = _tags(image.get("tag_input"))
        errors = _tag_errors(tags) | self._file_errors(picture)
        if errors or picture is None:
            return json_response({"errors": errors}, 400)
        post = self.board.world.add(self._new(picture, tags, image, member))
        return self.images.image_answer(post, None, member)

    def _new(
        self, picture: Picture, tags: tuple[str, ...], image: dict[str, Any], member: Member
    ) -> WorldPost:
        now = self.board.clock.now().replace(microsecond=0)
        source = str(image.get("source_url") or "")
        return WorldPost(
            site=self.board.site.name,
            id=0,
            seed=picture.seed,
            tags=tags,
            created_at=now,
            updated_at=now,
            first_seen_at=now,
            format=picture.format,
            width=picture.width,
            height=picture.height,
            name=picture.name,
            size=200_000 + picture.seed % 1_000_000,
            sources=(source,) if source else (),
            description=str(image.get("description") or ""),
            uploader=member.name,
            uploader_id=member.id,
            thumbnails_generated=False,
            processed=False,
            sha512_hash=digest(f"processed {picture.seed}"),
            orig_sha512_hash=digest(f"original {picture.seed}"),
        )

    def _linked(self, url: str) -> Picture | None:
        """Return what the site finds behind a direct link; nothing outside is ever fetched."""
        parts = urlsplit(url)
        name = parts.path.rpartition("/")[2]
        if parts.scheme != "https" or "." not in name:
            return None
        known = self.board.world.media.get(url)
        if known is not None:
            post, _, form = known
            return Picture(post.seed, form, post.width, post.height, name)
        width, height = _UNKNOWN_SIZE
        return Picture(crc32(url.encode()), name.rpartition(".")[2].lower(), width, height, name)

    def _file_errors(self, picture: Picture | None) -> dict[str, list[str]]:
        if picture is None:
            return {"image": ["can't be blank"], "uploaded_image": ["can't be blank"]}
        if picture.format not in MIME or picture.format == "mp4":
            return {
                "image_mime_type": [f"({picture.format}) is invalid"],
                "image_format": ["is invalid"],
            }
        original = digest(f"original {picture.seed}")
        if any(post.orig_sha512_hash == original for post in self.board.posts.values()):
            return {"image_orig_sha512_hash": ["has already been taken"]}
        return {}

    async def reverse(self, request: web.Request) -> web.Response:
        """`POST /search/reverse`: a URL or a file, nearest first; nothing fitting is 200, empty."""
        sent, file = await _form(request)
        fields = {**sent, **request.query}
        found = self._like(fields, file)
        if request[EVIL]:
            found = self.images.evil()
        member = member_of(request)
        filter_ = self.board.filter(request, member)
        return json_response(
            {
                "images": [bodies.image(post, self.board.world, filter_) for post in found],
                "total": len(found),
                "interactions": interactions(found, member),
            }
        )

    def _like(self, fields: dict[str, str], file: bytes | None) -> list[WorldPost]:
        world = self.board.world
        limit = whole(fields.get("limit"), 10 if "limit" not in fields else 0)
        if limit not in _LIMITS:
            return []
        if file is not None:
            seed = world.seed_of(file)
        else:
            known = world.media.get(fields.get("url", ""))
            seed = known[0].seed if known else None
        pattern = next((post for post in world.everywhere() if post.seed == seed), None)
        if pattern is None:
            return []
        try:
            distance = float(fields.get("distance", _DISTANCE))
        except ValueError:
            distance = _DISTANCE
        near = [
            (difference, post)
            for post in self.board.posts.values()
            if not post.hidden
            and (difference := _difference(pattern, post)) <= distance
            and abs(aspect_ratio(post) - aspect_ratio(pattern)) <= _SHAPE
        ]
        near.sort(key=lambda pair: (pair[0], pair[1].id))
        return [post for _, post in near[:limit]]


def _difference(one: WorldPost, other: WorldPost) -> float:
    pairs = zip(one.intensities, other.intensities, strict=True)
    return max(abs(left - right) for left, right in pairs)


async def _json(request: web.Request) -> dict[str, Any]:
    """Return the JSON that was sent; without its content type the site sees nothing."""
    if request.content_type != "application/json":
        return {}
    try:
        sent = await request.json()
    except json.JSONDecodeError:
        raise bad_request() from None
    return sent if isinstance(sent, dict) else {}


async def _form(request: web.Request) -> tuple[dict[str, str], bytes | None]:
    """Return the fields that were sent in whatever form, and the file under `image[image]`."""
    fields: dict[str, str] = {}
    if request.content_type == "application/json":
        return {name: str(value) for name, value in (await _json(request)).items()}, None
    if request.content_type != "multipart/form-data":
        return {name: str(value) for name, value in (await request.post()).items()}, None
    file: bytes | None = None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read(decode=True))
        if part.name in ("image[image]", "image"):
            file = data
        elif part.name:
            fields[part.name] = data.decode(errors="replace")
    return fields, file


def _tags(text: object) -> tuple[str, ...]:
    names = (clean_tag_name(name) for name in str(text or "").split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def _tag_errors(tags: tuple[str, ...]) -> dict[str, list[str]]:
    errors: list[str] = []
    if len(tags) < _FEWEST_TAGS:
        errors.append(f"must contain at least {_FEWEST_TAGS} tags")
    ratings = set(RATINGS) & set(tags)
    if not ratings:
        errors.append("must contain at least one rating tag")
    if "safe" in ratings and len(ratings) > 1:
        errors.append("may not contain any other rating if safe")
    return {"tag_input": errors} if errors else {}
