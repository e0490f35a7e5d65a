"""Who appears in the sample world: ponies with their colours, artists, scenes, things to do.

The ponies (grown-up ones only) and tags are the fandom's own; every artist here is invented.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["earth", "pegasus", "unicorn", "alicorn"]
Mark: TypeAlias = Literal[
    "star", "apple", "balloon", "butterfly", "gem", "bolt", "sun", "moon", "note", "bubble",
    "heart", "flower", "letter", "swirl",
]  # fmt: skip
ManeStyle: TypeAlias = Literal["flowing", "curly", "straight", "wild", "braid"]


@dataclass(frozen=True, slots=True)
class Pony:
    """One character and how it is drawn; colours are `#rrggbb`."""

    name: str
    """Tag name."""
    kind: Kind
    coat: str
    mane: tuple[str, ...]
    """One colour for each strand, the first for the bulk of it."""
    eyes: str
    mark: Mark
    mark_colour: str
    style: ManeStyle = "flowing"
    aliases: tuple[str, ...] = ()
    generation: str = "g4"


PONIES: tuple[Pony, ...] = (
    Pony("twilight sparkle", "alicorn", "#cda4de", ("#273872", "#662d8b", "#ea428b"), "#5c2a8a",
         "star", "#ea428b", "straight", ("twilightsparkle", "twilght", "ts")),
    Pony("rainbow dash", "pegasus", "#9edbf9", ("#ee4144", "#f37033", "#fdf6af", "#62bc4d",
         "#1e98d3", "#672f89"), "#a82c63", "bolt", "#1e98d3", "wild", ("rd", "rainbowdash",
         "dashie")),
    Pony("pinkie pie", "earth", "#f8b9d4", ("#eb458b", "#f27fb2"), "#3fa0dc", "balloon", "#62c4ee",
         "curly", ("pinkiepie", "pinkamena diane pie")),
    Pony("rarity", "unicorn", "#f4f3fa", ("#5e50a0", "#7a68bd"), "#3a7cc4", "gem", "#58c9f2",
         "curly"),
    Pony("applejack", "earth", "#fabf6c", ("#fdf6a5", "#eedf75"), "#4ba54b", "apple", "#ee4144",
         "braid", ("aj",)),
    Pony("fluttershy", "pegasus", "#fdf6af", ("#f3b6cf", "#e58fb5"), "#1fa08a", "butterfly",
         "#f28fbf", "flowing", ("flutters",)),
    Pony("princess celestia", "alicorn", "#fefdfa", ("#7fd6c8", "#8aa6ef", "#e59bd8", "#b6e8a8"),
         "#8a4f9e", "sun", "#f7c548", "flowing", ("celestia", "sunbutt")),
    Pony("princess luna", "alicorn", "#4a5aa8", ("#5f8fe0", "#3c4fb2", "#8fb8f0"), "#2fb5c4",
         "moon", "#eef2fb", "flowing", ("luna",)),
    Pony("starlight glimmer", "unicorn", "#edc0ee", ("#7b4bb0", "#58c7b3"), "#3d55b8", "star",
         "#8d6bd0", "flowing"),
    Pony("trixie", "unicorn", "#6fb2ea", ("#c9e4f4", "#a7cfea"), "#7d4ba8", "moon", "#cfe6ff",
         "flowing", ("the great and powerful trixie",)),
    Pony("derpy hooves", "pegasus", "#bfc3d6", ("#f5ea9a", "#e3d46f"), "#e0b12f", "bubble",
         "#bfe4f5", "straight", ("derpy", "muffins", "ditzy doo")),
    Pony("lyra heartstrings", "unicorn", "#8fe3c4", ("#d5f2e8", "#7cd0bd"), "#dc9a33", "note",
         "#f4d35e", "wild", ("lyra",)),
    Pony("bon bon", "earth", "#f7eecb", ("#4a5fb0", "#ef8fb8"), "#41a5c9", "heart", "#f092b8",
         "curly", ("sweetie drops",)),
    Pony("dj pon-3", "unicorn", "#f6f6f0", ("#3f6fd8", "#67d1f0"), "#b0367a", "note", "#3d3f52",
         "wild", ("vinyl scratch",)),
    Pony("octavia melody", "earth", "#bcb3a8", ("#545056", "#3f3b42"), "#8b6ab5", "note", "#6f5aa8",
         "straight", ("octavia",)),
    Pony("sunset shimmer", "unicorn", "#fac561", ("#e8443f", "#f7d94f"), "#2d9d93", "sun",
         "#ef6a3a", "wild"),
    Pony("princess cadance", "alicorn", "#f8bcd8", ("#7a3f9e", "#e2649f", "#f5e08f"), "#8858b5",
         "heart", "#5fc8ee", "curly", ("cadance", "princess mi amore cadenza")),
    Pony("maud pie", "earth", "#b4b0b8", ("#8a7fa0", "#75698c"), "#4f8f9a", "gem", "#7f8fb8",
         "straight"),
    Pony("tempest shadow", "unicorn", "#7a3a5c", ("#e0457f", "#b83068"), "#4fb8c8", "bolt",
         "#f0f0ff", "wild"),
    Pony("coco pommel", "earth", "#f6ecd0", ("#6fb8d8", "#e58fb0"), "#4f8ad0", "flower", "#b07fd0",
         "curly"),
    Pony("izzy moonbow", "unicorn", "#b9a5e2", ("#4f6fe0", "#5ac3ea"), "#5b3fa5", "butterfly",
         "#e88fd8", "flowing", ("izzy",), "g5"),
    Pony("sunny starscout", "earth", "#f7a878", ("#c63fa0", "#8f4fc8"), "#3fa88a", "star",
         "#f5cf4f", "braid", ("sunny",), "g5"),
    Pony("zipp storm", "pegasus", "#f3f2fa", ("#f070b0", "#5ac8ea", "#f7e27a"), "#4a78c8", "bolt",
         "#f070b0", "wild", ("zipp",), "g5"),
    Pony("pipp petals", "pegasus", "#d5a5e8", ("#7f3fb0", "#a858d0"), "#4fae6a", "note", "#f5cf4f",
         "curly", ("pipp",), "g5"),
    Pony("oc:special delivery", "pegasus", "#a8d0b8", ("#e8703f", "#f4b04f"), "#3f6f9e", "letter",
         "#fdfbf2", "wild", (), ""),
    Pony("oc:ink blot", "unicorn", "#8f96b8", ("#2d2f48", "#5358a0"), "#d0a03f", "swirl", "#2d2f48",
         "straight", (), ""),
    Pony("oc:clover kettle", "earth", "#b5d78a", ("#f4efe0", "#d89a6a"), "#7a5f3f", "flower",
         "#f2f0ff", "braid", (), ""),
    Pony("oc:static dream", "alicorn", "#3f4458", ("#58e0d0", "#e858b8"), "#58e0d0", "swirl",
         "#58e0d0", "flowing", (), ""),
)  # fmt: skip

BY_NAME: dict[str, Pony] = {pony.name: pony for pony in PONIES}

KIND_TAGS: dict[Kind, tuple[str, ...]] = {
    "earth": ("earth pony",),
    "pegasus": ("pegasus", "wings"),
    "unicorn": ("unicorn", "horn"),
    "alicorn": ("alicorn", "horn", "wings"),
}

#: Scenes by the tag that gives them, with what else such a picture is tagged.
SCENES: dict[str, tuple[str, ...]] = {
    "meadow": ("grass", "outdoors", "scenery"),
    "sunset": ("outdoors", "sky", "scenery"),
    "night": ("stars", "moon", "outdoors"),
    "cloud": ("sky", "cloudy", "outdoors"),
    "rainbow": ("sky", "outdoors"),
    "snow": ("winter", "outdoors"),
    "autumn": ("leaves", "tree", "outdoors"),
    "flower field": ("flower", "outdoors"),
    "beach": ("ocean", "summer", "outdoors"),
    "sunrise": ("sky", "mountain", "outdoors"),
    "aurora borealis": ("night", "stars", "sky"),
    "simple background": ("abstract background",),
}

#: What the pony does; the first is the tag that the picture follows.
DOINGS: tuple[tuple[str, ...], ...] = (
    ("standing", "smiling"),
    ("trotting", "happy"),
    ("standing", "looking at you"),
    ("trotting", "smiling"),
    ("raised hoof", "cute"),
    ("raised hoof", "looking at you"),
    ("standing", "eyes closed"),
    ("trotting", "eyes closed"),
)

EXTRAS: tuple[str, ...] = (
    "digital art", "high res", "signature", "traditional art", "commission", "lineless", "vector",
    "chest fluff", "ear fluff", "raised tail",
    "daaaaaaaaaaaw", "cute", "weapons-grade cute", "featured image", "wallpaper",
    "dappled sunlight",
    "unshorn fetlocks", "underhoof", "big ears", "blushing", "open mouth", "grin", "full body",
    "side view", "simple shading", "cel shading", "crepuscular rays", "no dialogue"
)  # fmt: skip

ARTISTS: tuple[str, ...] = (
    "quillowisp", "marzipan-comet", "thimbleberry draws", "old barn sketches", "nimbusnoodle",
    "pastelpuddle", "velvet_acorn", "sir doodlehoof", "papercrane77", "lanternhoof", "dot.dash",
    "c++pony", "l'étoile filante", "мятный чай", "tea/crumpets", "moss & minuet", "starbiscuit",
    "hay-bale hero", "cobalt quince", "windowsill fox", "gingersnapdragon", "umbrella parade",
    "softserve storm", "twelfth teacup", "zephyrwick", "plumcake press", "kettle & kite",
    "night-market mare", "honest bridle", "barley static", "inkstained fetlock", "juniper jolt",
)  # fmt: skip
"""Names without the `artist:` prefix."""

UPLOADERS: tuple[tuple[int, str], ...] = (
    (1021, "Cozy Archivist"), (1188, "TealTrotter"), (2040, "Background Reader"), (2677,
    "mare_mapper"),
    (3113, "Hoofnote"), (4242, "Sixty-Two Muffins"), (5150, "librarian_bot_not_a_bot"), (6006,
    "Quiet Gallop"),
)  # fmt: skip
