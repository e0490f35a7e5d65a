"""The sample world: a few hundred posts on five sites, the same at every start."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from random import Random
from types import MappingProxyType

from bot.demo.world_archive import Archive
from bot.demo.world_comments import Comment, comments_for
from bot.demo.world_forums import Forum, forums_of
from bot.demo.world_galleries import Gallery, galleries_of
from bot.demo.world_media import all_urls, fitted
from bot.demo.world_oddities import BOARDS, PHILOMENA, oddities_of
from bot.demo.world_post import WorldPost
from bot.demo.world_posts import PRESENT, odd_post, plain_post, vocabulary
from bot.demo.world_tags import TagTable, tag_table

__all__ = ["World", "WorldPost"]

#: How many posts each site begins with, and how many of those are shared with Derpibooru.
_COUNTS: dict[str, tuple[int, int]] = {
    "derpibooru": (240, 0),
    "ponybooru": (120, 40),
    "twibooru": (120, 40),
    "ponyapi": (100, 60),
    "ponyaggregate": (6, 4),
}
#: Far beyond the sites' own, but no more than a search takes (32 bits on boards, 53 on the Safe
#: Pony API): no link of the demo leads to a picture of the real site.
_FIRST_ID = {
    "derpibooru": 2_000_000_001,
    "ponybooru": 2_050_000_001,
    "twibooru": 2_100_000_001,
    "ponyapi": 9_007_199_250_000_001,
    "ponyaggregate": 101,
}
_GAP = {"derpibooru": 3, "ponybooru": 2, "twibooru": 3, "ponyapi": 7_919, "ponyaggregate": 1}
#: The newest posts of each site are plain ones.
_LATEST = 12
FUTURE = 12
#: Longest side of a drawn picture, of one for a preview, and of one that moves, in pixels.
_LARGEST = 720
_PREVIEWED = 480
_MOVING = 320
_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/svg+xml": "svg",
    "image/webp": "webp",
    "video/webm": "webm",
    "video/mp4": "mp4",
}
_STEP = timedelta(minutes=97)
#: Uploads get ids beyond those of all posts to come.
_UPLOADS_FROM = 500_000


class World:
    """Posts, tags, comments and pictures, all drawn from one seed.

    `picture(url)` draws the picture behind any media URL that a body gives; `publish(site)`
    lets one more post appear, for feeds; the first `future` of each site are known beforehand.
    """

    def __init__(self, seed: int = 1, *, future: int = FUTURE) -> None:
        self.seed = seed
        self.future = future
        self._posts: dict[str, dict[int, WorldPost]] = {site: {} for site in _COUNTS}
        self._future: dict[str, list[WorldPost]] = {site: [] for site in _COUNTS}
        self._uploads = 0
        self._pictures: dict[tuple[int, tuple[str, ...], int, int, str], tuple[str, bytes]] = {}
        self._fill()
        self.tags: dict[str, TagTable] = {
            site: tag_table((post.tags for post in self._posts[site].values()), vocabulary())
            for site in _COUNTS
        }

    def _everything(self, site: str) -> Iterator[WorldPost]:
        yield from self._posts[site].values()
        yield from self._future[site]

    def _fill(self) -> None:
        rng = Random(f"world {self.seed}")  # noqa: S311 (a sample world, not a secret)
        for site, (count, shared) in _COUNTS.items():
            odd = oddities_of(site)
            oddest = dict(zip(rng.sample(range(count - _LATEST), len(odd)), odd, strict=True))
            plain = [post for post in self._posts["derpibooru"].values() if not post.awkward]
            twins = rng.sample(plain, shared)
            for index in range(count):
                post = self._plain(site, index)
                if index in oddest:
                    post = odd_post(post, oddest[index])
                    if post.duplicate_of is not None:
                        post = replace(post, duplicate_of=_FIRST_ID[site])
                elif twins:
                    post = self._twin(post, twins.pop())
                self._posts[site][post.id] = post
            self._future[site] = [self._plain(site, count + k) for k in range(self.future)]
        self._unapproved("ponyapi")

    def _plain(self, site: str, index: int) -> WorldPost:
        """Return the `index`-th post of `site`, of the past or the future."""
        number = list(_COUNTS).index(site)
        seed = (self.seed * len(_COUNTS) + number) * 1_000_000 + index
        created = PRESENT - (_COUNTS[site][0] - index) * _STEP
        return plain_post(site, _FIRST_ID[site] + index * _GAP[site], seed, created)

    def _twin(self, post: WorldPost, other: WorldPost) -> WorldPost:
        """Return `post` as the same art as `other`, which is on Derpibooru."""
        same = plain_post(post.site, post.id, other.seed, post.created_at)
        return replace(same, derpi_id=other.id, locations=((other.site, other.id),))

    def _unapproved(self, site: str) -> None:
        for post in list(self._posts[site].values())[5:7]:
            self._posts[site][post.id] = replace(post, approved=False, awkward="not approved")
        post = list(self._posts[site].values())[8]
        self._posts[site][post.id] = replace(post, sources=(), awkward="no source")
        post = list(self._posts[site].values())[9]
        self._posts[site][post.id] = replace(
            post, sources=("http://marzipan-comet.example.com/art/Dawn-7",), awkward="http source"
        )

    @property
    def sites(self) -> frozenset[str]:
        """Return the names of the sites that there are posts of; a new board has none yet."""
        return frozenset(_COUNTS)

    def posts(self, site: str) -> Mapping[int, WorldPost]:
        """Return the posts of `site` by id, in the order in which they appeared."""
        return MappingProxyType(self._posts[site])

    def everywhere(self) -> Iterator[WorldPost]:
        """Return the posts of all sites, those to come included."""
        for site in _COUNTS:
            yield from self._everything(site)

    def odd(self, site: str, label: str) -> WorldPost:
        """Return the post of `site` with the oddity of that label; KeyError if there is none."""
        for post in self._posts[site].values():
            if post.awkward == label:
                return post
        raise KeyError(label)

    def coming(self, site: str) -> int:
        """Return how many posts of `site` are known beforehand and have not appeared yet."""
        return len(self._future[site])

    def publish(self, site: str, at: datetime | None = None) -> WorldPost:
        """Let the next future post of `site` appear, first seen at `at` (else after the last).

        The date in its media URLs stays the one it was drawn with, as with a late approval.
        """
        if not self._future[site]:
            self._future[site].append(self._plain(site, len(self._posts[site])))
        post = self._future[site].pop(0)
        seen = at if at is not None else post.created_at
        self.change(site, replace(post, first_seen_at=seen, updated_at=seen))
        return self._posts[site][post.id]

    def change(self, site: str, post: WorldPost) -> None:
        """Put `post` in the place of the one with its id: a retag, a merge, a deletion."""
        self._posts[site][post.id] = post
        self.media.update({url: (post, *what) for url, what in all_urls(post).items()})

    def add(self, post: WorldPost) -> WorldPost:
        """Let a post that a member uploaded appear, its tags known and counted; gives it an id."""
        self._uploads += 1
        new = replace(post, id=_FIRST_ID[post.site] + _UPLOADS_FROM + self._uploads)
        self.tags[new.site].count(new.tags)
        self.change(new.site, new)
        return new

    def featured(self, site: str) -> WorldPost:
        """Return the post that the site features: the best loved of the plain ones."""
        plain = (post for post in self._posts[site].values() if post.safe and not post.awkward)
        return max(plain, key=lambda post: (post.score, post.id))

    @cached_property
    def comments(self) -> dict[str, dict[int, tuple[Comment, ...]]]:
        """Return the comments by site and post id."""
        return {site: comments_for(site, posts.values()) for site, posts in self._posts.items()}

    @cached_property
    def galleries(self) -> dict[str, tuple[Gallery, ...]]:
        """Return the galleries by site."""
        return {site: galleries_of(site, self._posts[site]) for site in sorted(BOARDS)}

    @cached_property
    def forums(self) -> dict[str, tuple[Forum, ...]]:
        """Return the forums by site, those for staff included."""
        return {site: forums_of(site) for site in sorted(PHILOMENA)}

    @cached_property
    def archive(self) -> Archive:
        """Return what PonyAggregate keeps, which its write routes change."""
        return Archive(self._posts["ponyaggregate"].values())

    @cached_property
    def media(self) -> dict[str, tuple[WorldPost, str, str]]:
        """Return (post, representation, format) of every media URL, future posts included."""
        return {
            url: (post, *what)
            for site in _COUNTS
            for post in self._everything(site)
            for url, what in all_urls(post).items()
        }

    def picture(self, url: str) -> tuple[str, bytes]:
        """Draw what is behind an https media URL: its MIME type and bytes.

        KeyError where there is nothing. Nothing is drawn larger than `_LARGEST` pixels, and
        equal pictures are drawn once.
        """
        post, representation, form = self.media[url]
        return self._drawn(post, fitted(post, representation), form, _LARGEST)

    def _drawn(
        self, post: WorldPost, size: tuple[int, int], form: str, largest: int
    ) -> tuple[str, bytes]:
        from bot.demo.pictures import draw  # noqa: PLC0415 (Pillow only when a picture is wanted)

        scale = min(1.0, largest / max(size))
        width, height = (max(1, round(side * scale)) for side in size)
        key = (post.seed, post.tags, width, height, form)
        if key not in self._pictures:
            self._pictures[key] = draw(post.seed, post.tags, (width, height), form)
        return self._pictures[key]

    def seed_of(self, data: bytes) -> int | None:
        """Return what a picture that `picture` drew was drawn from, by its bytes."""
        return next((key[0] for key, (_, drawn) in self._pictures.items() if drawn == data), None)

    def assets(
        self, sites: Iterable[str] = tuple(_COUNTS), *, videos: bool = False
    ) -> dict[str, tuple[str, bytes]]:
        """Draw all safe pictures of `sites`, as (file name, bytes) by URL, for a preview.

        A preview copies its assets when it opens, so future posts are among them. One picture
        per post is shared by all its sizes; `videos` draws webm and mp4 too, which takes long.
        """
        wanted = set(sites)
        shown = {
            url: (post, form)
            for url, (post, _, form) in self.media.items()
            if post.site in wanted and post.safe and (videos or form not in ("webm", "mp4"))
        }

        def drawn(post: WorldPost, form: str) -> tuple[str, bytes]:
            largest = _MOVING if form in ("gif", "webm", "mp4") else _PREVIEWED
            return self._drawn(post, fitted(post, "medium"), form, largest)

        # Half of the work is done outside the interpreter's lock.
        with ThreadPoolExecutor(max_workers=2) as pool:
            once = {(post.site, post.id, form): (post, form) for post, form in shown.values()}
            pictures = dict(
                zip(once, pool.map(drawn, *zip(*once.values(), strict=True)), strict=True)
            )
        found: dict[str, tuple[str, bytes]] = {}
        for url, (post, form) in shown.items():
            mime, data = pictures[post.site, post.id, form]
            found[url] = (f"{post.id}.{_EXTENSIONS[mime]}", data)
        return found
