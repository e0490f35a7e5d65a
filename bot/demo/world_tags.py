"""The tags of the sample world: ids, categories, aliases, implications, slugs."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote
from zlib import crc32

from bot.demo.world_cast import PONIES

_SLUG = (
    ("-", "-dash-"),
    ("/", "-fwslash-"),
    ("\\", "-bwslash-"),
    (":", "-colon-"),
    (".", "-dot-"),
    ("+", "-plus-"),
    (" ", "+"),
)

#: Namespaces with the category that their tags get (reference: boards, 1.6 and 1.8).
_CATEGORIES = {
    "artist": "origin", "editor": "origin", "colorist": "origin", "photographer": "origin",
    "commissioner": "origin", "oc": "oc", "spoiler": "spoiler", "comic": "content-fanmade",
    "fanfic": "content-fanmade", "ask": "content-fanmade", "art pack": "content-fanmade",
    "blog": "content-fanmade", "series": "content-fanmade", "video": "content-fanmade",
    "species": "species", "parent": "content-fanmade", "parents": "content-fanmade",
}  # fmt: skip

#: Ids that public bodies show for well-known tags, and categories outside the namespaces.
_KNOWN: dict[str, tuple[int, str | None]] = {
    "safe": (40482, "rating"), "suggestive": (43502, "rating"), "questionable": (39068, "rating"),
    "explicit": (26707, "rating"), "semi-grimdark": (87674, "rating"),
    "grimdark": (28910, "rating"), "grotesque": (29211, "rating"),
    "artist needed": (15444, "error"), "source needed": (114937, "error"),
    "pony": (38185, "species"), "earth pony": (25510, "species"), "pegasus": (37319, "species"),
    "unicorn": (44894, "species"), "alicorn": (666, "species"), "horn": (30422, "body-type"),
    "wings": (46526, "body-type"), "chest fluff": (18870, "body-type"),
    "solo": (42350, None), "female": (27141, None), "mare": (33983, None), "cute": (23981, None),
    "smiling": (43338, None), "oc": (35982, "oc"), "oc only": (36005, "oc"),
    "twilight sparkle": (46192, "character"), "rainbow dash": (39229, "character"),
    "fluttershy": (27724, "character"), "official": (36041, "content-official"),
}  # fmt: skip

_ALIASES: dict[str, tuple[str, ...]] = {
    "pegasus": ("pegasus pony", "pegasi"),
    "earth pony": ("earthpony",),
    "pony": ("ponies", "pone"),
    "female": ("girl", "girls", "females"),
    "cute": ("adorable", "kawaii"),
    "artist needed": ("artist unknown", "unknown artist"),
    "oc:special delivery": ("special delivery",),
    "night": ("nighttime", "at night"),
    "artist:velvet_acorn": ("artist:velvetacorn", "artist:velvet acorn"),
    "artist:мятный чай": ("artist:mint tea",),
    "looking at you": ("looking at viewer",),
    "derpy hooves": ("mailmare",),
}

_IMPLIED: dict[str, tuple[str, ...]] = {
    "alicorn": ("horn", "wings"),
    "unicorn": ("horn",),
    "pegasus": ("wings",),
    "mare": ("female",),
    "weapons-grade cute": ("cute",),
    "oc only": ("oc",),
    "aurora borealis": ("night",),
    "webm": ("animated",),
    "gif": ("animated",),
}

_SHORT: dict[str, str] = {
    "safe": "Fit for everybody.",
    "solo": "Only one character in the picture.",
    "artist needed": "Nobody has found out yet who made this.",
    "pegasus": "A pony with wings and no horn.",
    "*markup*": "Short text with *stars*, `ticks` and @everyone.",
    "derpy hooves": "The mailmare herself.",
}

_LONG: dict[str, str] = {
    "safe": "Nothing that could not hang in a library.  \n**Never together with another rating.**",
    "pegasus": "See also [alicorn](/tags/alicorn), who have a *horn* as well.",
    "twilight sparkle": "Librarian, student, princess. >>2000000001s",
    "derpy hooves": "Delivers letters, parcels and \u202emuffins\u202c. <@123456789012345678> `ok`",
}

#: Names whose slug was stored before 2020-09 and stays percent-encoded (reference: boards, 1.7).
LEGACY_SLUGS = frozenset(
    {"artist:мятный чай", "artist:l'étoile filante", "artist:moss & minuet", "soarin'", '"edit"'}
)


@dataclass(slots=True)
class WorldTag:
    """One tag; relations are names here, slugs or names in a body as the site has it."""

    id: int
    name: str
    slug: str
    namespace: str | None
    name_in_namespace: str
    category: str | None
    images: int = 0
    aliased_tag: str | None = None
    aliases: tuple[str, ...] = ()
    implied: tuple[str, ...] = ()
    implied_by: list[str] = field(default_factory=list)
    short_description: str | None = None
    description: str = ""
    dnp: tuple[str, ...] = ()


def slug_of(name: str) -> str:
    """Return the slug that a site stores for `name`, percent-encoded where it is an old one."""
    slug = name
    for character, code in _SLUG:
        slug = slug.replace(character, code)
    return quote(slug, safe="+-") if name in LEGACY_SLUGS else slug


def _tag(name: str, images: int = 0, aliased: str | None = None) -> WorldTag:
    head, colon, rest = name.partition(":")
    namespace = head if colon and head in _CATEGORIES else None
    known = _KNOWN.get(name)
    names = {pony.name for pony in PONIES}
    category = known[1] if known else _CATEGORIES.get(namespace or "")
    if category is None and name in names:
        category = "character"
    return WorldTag(
        id=known[0] if known else 500_000 + crc32(name.encode()) % 400_000,
        name=name,
        slug=slug_of(name),
        namespace=namespace,
        name_in_namespace=rest if namespace else name,
        category=category,
        images=images,
        aliased_tag=aliased,
        short_description=_SHORT.get(name, "" if len(name) % 2 else None),
        description=_LONG.get(name, ""),
    )


class TagTable:
    """All tags of one site, found by name, slug or id."""

    def __init__(self, tags: Iterable[WorldTag]) -> None:
        self.by_name = {tag.name: tag for tag in tags}
        self.by_slug = {tag.slug: tag for tag in self.by_name.values()}
        self.by_id = {tag.id: tag for tag in self.by_name.values()}

    def count(self, names: Iterable[str]) -> None:
        """Count one more post with each of the tags; tags that nobody had become known."""
        for name in names:
            if name not in self.by_name:
                new = _tag(name)
                while new.id in self.by_id:
                    new.id += 1
                self.by_name[name] = self.by_slug[new.slug] = self.by_id[new.id] = new
            self.by_name[name].images += 1

    def canonical(self, name: str) -> str:
        """Return the tag that `name` is an alias of, or `name` itself."""
        tag = self.by_name.get(name)
        return tag.aliased_tag if tag is not None and tag.aliased_tag else name

    def names_of(self, name: str) -> tuple[str, ...]:
        """Return `name` and all its aliases: what a site's index holds for the tag."""
        tag = self.by_name.get(name)
        return (name, *tag.aliases) if tag is not None else (name,)


def tag_table(posts_tags: Iterable[Iterable[str]], others: Iterable[str] = ()) -> TagTable:
    """Return the tags that some posts carry, and `others`, with everything known about them."""
    counts = Counter(name for tags in posts_tags for name in dict.fromkeys(tags))
    aliases = dict(_ALIASES)
    for pony in PONIES:
        aliases[pony.name] = (*pony.aliases, *aliases.get(pony.name, ()))
    implied = dict(_IMPLIED)
    implied.update({pony.name: (pony.generation,) for pony in PONIES if pony.generation})
    implied.update({pony.name: ("oc",) for pony in PONIES if not pony.generation})

    names = dict.fromkeys(
        [*counts, *others, *implied, *(name for more in implied.values() for name in more)]
    )
    table: dict[str, WorldTag] = {name: _tag(name, counts[name]) for name in names}
    for name, known in aliases.items():
        if name not in table:
            continue
        table[name].aliases = known
        for other in known:
            table.setdefault(other, _tag(other, 0, name))
    for name, known in implied.items():
        table[name].implied = known
        for other in known:
            table[other].implied_by.append(name)
    if "artist:papercrane77" in table:
        table["artist:papercrane77"].dnp = ("Artist Upload Only",)

    taken: set[int] = set()
    for tag in table.values():
        while tag.id in taken:
            tag.id += 1
        taken.add(tag.id)
    return TagTable(table.values())
