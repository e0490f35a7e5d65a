"""One post of the sample world: everything that the simulated sites need to tell about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from zlib import crc32

Sources: TypeAlias = tuple[str, ...]
SourceShape: TypeAlias = Literal["list", "single", "null", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldPost:
    """A picture on one site. The same art on several sites is several posts of one `seed`."""

    site: str
    """The catalogue's name of the site."""
    id: int
    seed: int
    """What the picture is drawn from; equal seeds are the same picture (and the same hash)."""
    tags: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    first_seen_at: datetime

    media_type: Literal["image", "paste"] = "image"
    format: str = "png"
    """Extension of the file as uploaded; empty for a paste."""
    width: int = 1600
    height: int = 1200
    duration: float = 0.0
    """Seconds; 0 for stills, of which each site says what it says."""
    name: str = ""
    size: int = 0

    sources: Sources = ()
    source_shape: SourceShape = "list"
    """`list` as sites write today, `single` without `source_urls`, `null` with a null
    `source_url` and no list, `missing` without either key (reference: boards, 1.5)."""
    description: str = ""
    uploader: str | None = None
    uploader_id: int | None = None

    upvotes: int = 0
    downvotes: int = 0
    faves: int = 0
    hides: int = 0

    thumbnails_generated: bool = True
    processed: bool = True
    hidden: bool = False
    """Deleted (with a reason) or merged (with `duplicate_of`): only a stub is told."""
    deletion_reason: str | None = None
    duplicate_of: int | None = None
    approved: bool = True

    sha512_hash: str = ""
    orig_sha512_hash: str | None = None
    derpi_id: int | None = None
    locations: tuple[tuple[str, int], ...] = ()
    """(site, id) of the same art elsewhere, as Twibooru tells it."""

    still: str = ""
    """Extension of the thumbnails that Twibooru lists of a video; empty where it lists none."""
    naive_dates: bool = False
    """Dates without an offset, as boards wrote in 2020."""
    relative_urls: bool = False
    """Media URLs without scheme and host, as small boards write them."""
    awkward: str = ""
    """What is odd about the post, in a few words; empty for the plain ones."""

    @property
    def score(self) -> int:
        """Return upvotes minus downvotes."""
        return self.upvotes - self.downvotes

    @property
    def intensities(self) -> tuple[float, float, float, float]:
        """Return the light of the four corners (nw, ne, sw, se), the same for equal pictures."""
        light = crc32(f"light {self.seed}".encode())
        nw, ne, sw, se = (round((light >> shift & 255) * 0.98 + 3, 4) for shift in (0, 8, 16, 24))
        return nw, ne, sw, se

    @property
    def animated(self) -> bool:
        """Return whether the picture moves."""
        return self.format in {"gif", "webm", "mp4"}

    @property
    def safe(self) -> bool:
        """Return whether the post is plainly fit for everybody."""
        return "safe" in self.tags and not self.hidden and self.approved
