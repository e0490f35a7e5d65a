"""Making up the posts of the sample world, each from its seed alone."""

import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain
from random import Random

from bot.demo.world_cast import (
    ARTISTS,
    DOINGS,
    EXTRAS,
    KIND_TAGS,
    PONIES,
    SCENES,
    UPLOADERS,
)
from bot.demo.world_oddities import Oddity
from bot.demo.world_post import WorldPost

#: The newest post at the start of the demo is a little older than this.
PRESENT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

_SIZES = ((1600, 1200), (1920, 1080), (2048, 1536), (1200, 1600), (1500, 1500), (2400, 1600))
_FORMATS = ("png", "png", "png", "jpg", "jpg")
_DUO = 0.16
_LEADS = 11
"""The first in the cast are drawn most."""
#: Reserved names only: a link in the demo must not lead to somebody's real page.
_GALLERIES = (
    "https://{name}.example.com/art/{title}-{number}",
    "https://gallery.example.net/{name}/{number}",
    "https://art.example.org/{name}/status/{number}",
    "https://www.example.com/users/{name}/gallery/{title}",
)
_TITLES = (
    "Letters at dawn", "A quiet evening", "First snow", "Over the rainbow", "Tea and thunder",
    "The long way home", "Golden hour", "Sky post", "Library hours", "Apple season",
    "Moonlit errand", "A parcel for you", "Wind in the mane", "Small brave thing",
)  # fmt: skip


def digest(text: str) -> str:
    """Return a SHA-512 in hex, as the sites state it."""
    return hashlib.sha512(text.encode()).hexdigest()


def picture_tags(seed: int) -> tuple[str, ...]:
    """Return who and what the picture of `seed` shows, as tags without rating or credit."""
    rng = Random(f"picture {seed}")  # noqa: S311 (a sample world, not a secret)
    first = rng.choices(PONIES, [3] * _LEADS + [1] * (len(PONIES) - _LEADS))[0]
    cast = [first]
    if rng.random() < _DUO:
        cast.append(rng.choice([pony for pony in PONIES if pony is not first]))
    scene = rng.choice(list(SCENES))
    tags: dict[str, None] = {"pony": None, "female": None, "mare": None, scene: None}
    for pony in cast:
        tags[pony.name] = None
        tags |= dict.fromkeys(KIND_TAGS[pony.kind])
        tags |= dict.fromkeys((pony.generation,) if pony.generation else ("oc",))
    if all(not pony.generation for pony in cast):
        tags["oc only"] = None
    tags["duo" if len(cast) > 1 else "solo"] = None
    tags |= dict.fromkeys(SCENES[scene])
    tags |= dict.fromkeys(rng.choice(DOINGS))
    tags |= dict.fromkeys(rng.sample(EXTRAS, rng.randint(1, 5)))
    return tuple(sorted(tags))


def vocabulary() -> set[str]:
    """Return every tag that a plain post can have."""
    return {
        "safe", "pony", "female", "mare", "solo", "duo", "oc", "oc only",
        *(pony.name for pony in PONIES),
        *(pony.generation for pony in PONIES if pony.generation),
        *(f"artist:{artist}" for artist in ARTISTS),
        *SCENES, *EXTRAS, *chain(*SCENES.values()), *chain(*DOINGS), *chain(*KIND_TAGS.values()),
    }  # fmt: skip


def _source(rng: Random, artist: str, title: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", artist.lower()).strip("-") or "somepony"
    return rng.choice(_GALLERIES).format(
        name=name, title=title.replace(" ", "-"), number=rng.randint(100_000_000, 999_999_999)
    )


@lru_cache(maxsize=4096)
def plain_post(site: str, post_id: int, seed: int, created_at: datetime) -> WorldPost:
    """Return a plain, lovely, safe post; everything but site, id and date follows from `seed`."""
    rng = Random(f"post {seed}")  # noqa: S311 (a sample world, not a secret)
    artist = rng.choice(ARTISTS)
    title = rng.choice(_TITLES)
    width, height = rng.choice(_SIZES)
    upvotes = round(rng.paretovariate(1.1) * 24) % 4000
    uploader_id, uploader = rng.choice((*UPLOADERS, (None, None)))
    shape = picture_tags(seed)
    format_ = rng.choice(_FORMATS)
    sources: tuple[str, ...] = (_source(rng, artist, title),)
    if rng.random() < 0.2:  # noqa: PLR2004 (one in five is posted in two places)
        sources += (_source(rng, artist, title),)
    return WorldPost(
        site=site,
        id=post_id,
        seed=seed,
        tags=("safe", f"artist:{artist}", *shape),
        created_at=created_at,
        updated_at=created_at + timedelta(minutes=rng.randint(1, 4000)),
        first_seen_at=created_at,
        format=format_,
        width=width,
        height=height,
        name=f"{title.lower().replace(' ', '_')}.{format_}",
        size=rng.randint(180_000, 5_400_000),
        sources=sources,
        description=f"{title}." if rng.random() < 0.5 else "",  # noqa: PLR2004 (every other one)
        uploader=uploader,
        uploader_id=uploader_id,
        upvotes=upvotes,
        downvotes=rng.randint(0, upvotes // 30 + 1),
        faves=round(upvotes * rng.uniform(0.3, 0.8)),
        hides=rng.randint(0, 3),
        sha512_hash=digest(f"processed {seed}"),
        orig_sha512_hash=digest(f"original {seed}"),
    )


def odd_post(post: WorldPost, oddity: Oddity) -> WorldPost:
    """Return `post` with what `oddity` changes."""
    namespaces = tuple(tag for tag in oddity.drop if tag.endswith(":"))
    kept = [
        tag
        for tag in post.tags
        if tag not in oddity.drop and not (namespaces and tag.startswith(namespaces))
    ]
    tags = tuple(dict.fromkeys([*kept, *oddity.add]))
    return replace(post, tags=tags, awkward=oddity.label, **oddity.changes)
