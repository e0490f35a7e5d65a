"""The filters of the sample boards (reference: boards, 3)."""

from dataclasses import dataclass

from bot.demo.world_people import OPERATOR


@dataclass(frozen=True, slots=True)
class Filter:
    """One of a site's filters; tags by name, complex parts as in the body."""

    id: int
    name: str
    description: str
    hidden: tuple[str, ...] = ()
    spoilered: tuple[str, ...] = ()
    hidden_complex: str | None = None
    spoilered_complex: str | None = None
    owner: int | None = None
    """The member's id; the site's own filters have none."""
    public: bool = False

    @property
    def system(self) -> bool:
        """Return whether the filter is the site's own."""
        return self.owner is None

    def seen_by(self, member_id: int | None) -> bool:
        """Return whether a member, or somebody anonymous, may use the filter."""
        return self.system or self.public or self.owner == member_id


_UNFIT = ("explicit", "questionable", "grimdark", "semi-grimdark", "grotesque")
_OWN = (
    Filter(200_001, "Keeper's own", "Private.\r\nHides what the keeper knows by heart.", ("irl",),
           ("suggestive",), "score.lt:-50\r\n-pony, -safe\r\n", "grimdark\r\n\r\nwebm",
           owner=OPERATOR.id),
    Filter(200_002, "Keeper's public one", "", (), (), "", "", owner=OPERATOR.id, public=True),
    Filter(200_003, "Nobody's business", "Private to somebody else.", ("solo",), owner=1188),
    Filter(200_004, "Broken", "Its query cannot be read, so it hides everything.",
           hidden_complex="(solo", owner=1188, public=True),
)  # fmt: skip

#: The first of each site is its default for anonymous calls.
FILTERS: dict[str, tuple[Filter, ...]] = {
    "derpibooru": (
        Filter(100_073, "Default", "The site's default filter.", _UNFIT, ("suggestive",)),
        Filter(56_027, "Everything", "Hides nothing at all."),
        Filter(37_431, "Legacy Default", "The old default.", ("explicit", "grotesque"),
               ("questionable",)),
        Filter(37_430, "Maximum Spoilers", "Spoilers everything there is.", (), (*_UNFIT, "safe")),
        Filter(37_429, "18+ Dark", "Grim things.", hidden_complex="safe"),
        Filter(37_432, "18+ R34", "Not for the library.", ("grimdark", "grotesque"),
               spoilered_complex=""),
        Filter(179_331, "Somebody's own", "Public.\r\n\r\nID: 179331", ("sunset",), (),
               "solo, -cute\r\nscore.lt:0", owner=1021, public=True),
        *_OWN,
    ),
    "ponybooru": (
        Filter(1, "Default", "The default.", _UNFIT, ("suggestive",)),
        Filter(2, "Everything", "Nearly everything.", ("grotesque",)),
        Filter(3, "Truly everything", "Hides nothing.", owner=1021, public=True),
        *_OWN,
    ),
    "twibooru": (
        Filter(1, "Default", "The default.", ("explicit", "questionable", "grimdark", "grotesque")),
        Filter(2, "Everything", "Hides nothing at all."),
    ),
}  # fmt: skip
