"""The index of a board's pictures, and what its filters hide (reference: boards, 2.5 and 3)."""

from collections import Counter
from datetime import datetime
from functools import lru_cache

from bot.catalogue import Site
from bot.demo.sites.index import Row, Value, matches, read_cached, words
from bot.demo.sites.listing import aspect_ratio, wilson_score
from bot.demo.world import World
from bot.demo.world_filters import FILTERS, Filter
from bot.demo.world_media import MIME
from bot.demo.world_people import Member, doings, fans_of
from bot.demo.world_post import WorldPost
from bot.query import Query, QueryError, Reader, join_lines
from bot.query.fields import TAG_COUNTS

#: What `my:` calls the things that one does with a post.
_MINE = {
    ("faved", ""): "faves",
    ("voted", "up"): "upvotes",
    ("voted", "down"): "downvotes",
    ("hidden", ""): "hidden",
}
_EVERYTHING = read_cached("*", "philomena")


@lru_cache(maxsize=128)
def _hidden_by(filter_: Filter) -> Query:
    """Return the query of a filter's hidden part; one that cannot be read hides everything."""
    try:
        return read_cached(
            join_lines(filter_.hidden_complex), "philomena", reader=Reader(inside="filter")
        )
    except QueryError:
        return _EVERYTHING


class ImageIndex:
    """Every post of one board by its id, as searches see it."""

    def __init__(self, site: Site, world: World) -> None:
        self.site = site
        self.world = world
        self._rows: dict[int, tuple[WorldPost, Row]] = {}

    def row(self, post: WorldPost) -> Row:
        """Return what searches know about `post`."""
        known = self._rows.get(post.id)
        if known is None or known[0] is not post:
            known = (post, self._row(post))
            self._rows[post.id] = known
        return known[1]

    def _row(self, post: WorldPost) -> Row:
        table = self.world.tags[post.site]
        fans = fans_of(post)
        row: dict[str, Value] = {
            "tags": tuple(name for tag in post.tags for name in table.names_of(tag)),
            "pixels": post.width * post.height,
            "aspect_ratio": aspect_ratio(post),
            "wilson_score": wilson_score(post),
            "orig_size": post.size + 1024,
            "duration": float(post.duration),
            "comment_count": len(self.world.comments[post.site].get(post.id, ())),
            "source_count": len(post.sources),
            "tag_count": len(post.tags),
            "duplicate_id": post.duplicate_of,
            "faved_by": tuple(member.name.lower() for member in fans),
            "uploader": (post.uploader or "").lower() or None,
            "source_url": tuple(source.lower() for source in post.sources),
            "original_format": post.format,
            "mime_type": MIME.get(post.format),
            "file_name": post.name,
            "description": words(post.description),
            "gallery_id": tuple(
                str(gallery.id)
                for gallery in self.world.galleries[post.site]
                if post.id in gallery.image_ids
            ),
        }
        for name in (
            "id", "width", "height", "score", "upvotes", "downvotes", "hides", "faves", "size",
            "uploader_id", "created_at", "updated_at", "first_seen_at", "sha512_hash",
            "orig_sha512_hash", "animated", "processed", "thumbnails_generated",
        ):  # fmt: skip
            row[name] = getattr(post, name)
        counts = Counter(
            table.by_name[tag].category for tag in post.tags if table.by_name[tag].category
        )
        by_category = {f"{str(name).replace('-', '_')}_tag_count": n for name, n in counts.items()}
        return row | {name: by_category.get(name, 0) for name in TAG_COUNTS}

    def find(self, text: str, now: datetime, member: Member | None = None) -> list[WorldPost]:
        """Return the posts that the query finds, stubs included; raises `QueryError`."""
        filters = self.filters(member)
        reader = Reader(
            user=member is not None, filters=frozenset(filter_.id for filter_ in filters)
        )
        query = read_cached(text, self.site.dialect or "philomena", reader=reader)
        asks = query.undecidable & {"filter_id", "my"}
        found: list[WorldPost] = []
        for post in self.world.posts(self.site.name).values():
            row = self.row(post)
            if asks:
                row = {**row, **self._asked(post, filters, member, now)}
            if matches(query, row, now):
                found.append(post)
        return found

    def _asked(
        self, post: WorldPost, filters: list[Filter], member: Member | None, now: datetime
    ) -> Row:
        """Return what only some queries ask for: the filters that hide it, and one's own doings."""
        mine = [_MINE[doing] for doing in doings(post)] if member is not None else []
        if member is not None and post.uploader_id == member.id:
            mine.append("uploads")
        if member is not None and not set(member.watched).isdisjoint(post.tags):
            mine.append("watched")
        hiding = (filter_ for filter_ in filters if self.hides(filter_, post, now))
        return {"my": tuple(mine), "filter_id": tuple(str(filter_.id) for filter_ in hiding)}

    def filters(self, member: Member | None) -> list[Filter]:
        """Return the filters that somebody may use; the first is the site's default."""
        who = member.id if member is not None else None
        return [filter_ for filter_ in FILTERS[self.site.name] if filter_.seen_by(who)]

    def hides(self, filter_: Filter, post: WorldPost, now: datetime) -> bool:
        """Return whether the filter keeps `post` out of searches."""
        if not set(filter_.hidden).isdisjoint(post.tags):
            return True
        return matches(_hidden_by(filter_), self.row(post), now)
