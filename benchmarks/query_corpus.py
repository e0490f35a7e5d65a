"""A made-up board to measure on: tags with Zipf popularity, posts of about 25, queries as asked.

Everything is drawn from a seed. Of the queries some are of each awkward kind: alternatives,
negations alone, wildcards at the beginning, the end and the middle, numbers, dates, and fields
that no post decides.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from bot.posts.model import Post

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TAGS = 20_000
TAGS_IN_A_POST = 25
_START = ("twi", "rain", "flut", "pin", "app", "rar", "moon", "sun", "star", "night", "storm",
          "cloud", "sil", "gol", "lu", "ce", "dis", "chry", "sca", "swee", "der", "ly", "bon",
          "oc", "tem", "star", "glim", "tri", "mau", "lime")  # fmt: skip
_MIDDLE = ("light", "bow", "ter", "kie", "ple", "i", "a", "o", "dan", "cer", "bright", "wing",
           "mane", "heart", "berry", "dust", "song", "ve", "ri", "lo")  # fmt: skip
_END = ("shy", "dash", "pie", "jack", "ty", "sparkle", "shine", "glow", "hoof", "feather", "bell",
        "dream", "spark", "tail", "star", "gaze", "fire", "frost", "s", "")  # fmt: skip
_FIRST = ("safe", "pony", "female", "solo", "mare", "simple background", "explicit", "unicorn")


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a run measures with; `popularity` is the share of posts that have each tag."""

    popularity: dict[str, int]
    posts: list[Post]
    queries: list[str]


def _names(draw: random.Random) -> list[str]:
    names = dict.fromkeys(_FIRST)
    while len(names) < TAGS:
        name = draw.choice(_START) + draw.choice(_MIDDLE) + draw.choice(_END)
        kind = draw.random()
        if kind < 0.15:
            name = f"artist:{name}{draw.randrange(100)}"
        elif kind < 0.25:
            name = f"oc:{name} {draw.choice(_END)}".strip()
        elif kind < 0.7:
            name = f"{name} {draw.choice(_START)}{draw.choice(_END)}"
        names[name] = None
    return list(names)


class _Maker:
    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.names = _names(self.draw)
        self.weights = list(accumulate(1 / (rank + 3) for rank in range(TAGS)))
        # People ask for what is rarer than what there is most of.
        self.asked = list(accumulate(1 / (rank + 12) ** 0.85 for rank in range(TAGS)))

    def post(self, number: int) -> Post:
        draw = self.draw
        wanted = max(4, round(draw.gauss(TAGS_IN_A_POST, 8)))
        tags: dict[str, None] = {}
        while len(tags) < wanted:
            tags.update(dict.fromkeys(draw.choices(self.names, cum_weights=self.weights, k=wanted)))
        created = NOW - timedelta(minutes=draw.randrange(600))
        upvotes, width, height = int(draw.expovariate(1 / 60)), 640, 480
        width, height = draw.choice(((800, 600), (1280, 720), (1920, 1080), (3000, 4000)))
        return Post(
            site="derpibooru", id=3_000_000 + number, page_url="https://derpibooru.org/images/1",
            media_hosts=frozenset(), tags=tuple(list(tags)[:wanted]), width=width, height=height,
            aspect_ratio=width / height, score=upvotes, upvotes=upvotes, downvotes=0,
            faves=upvotes // 2, comment_count=upvotes // 9, tag_count=wanted, size=width * height,
            wilson_score=0.5, format=draw.choice(("png", "jpeg", "gif", "webm")),
            mime_type="image/png", name="a.png", uploader=f"member {draw.randrange(5_000)}",
            uploader_id=1, animated=False, duration=0.04, created_at=created,
            updated_at=created, first_seen_at=created, sources=("https://example.net/a",),
            description="", sha512_hash="0", orig_sha512_hash="0", duplicate_of=None,
            processed=True, thumbnails_generated=True, hides=0, orig_size=1,
            tag_ids=tuple(range(wanted)),
        )  # fmt: skip

    def tag(self) -> str:
        return self.draw.choices(self.names, cum_weights=self.asked)[0]

    def wildcard(self) -> str:
        name = self.tag().replace("(", "").replace(")", "")
        middle = name[len(name) // 2 - 2 : len(name) // 2 + 3].strip()
        return self.draw.choice((f"{name[:-2]}*", f"{name[:9]}*", f"*{name[-6:]}", f"*{middle}*",
                                 name[:-1] + "?"))  # fmt: skip

    def number(self) -> str:
        draw = self.draw
        return draw.choice(
            (
                f"score.gte:{draw.choice((50, 100, 500))}", f"faves.gt:{draw.randrange(99)}",
                f"width.gte:{draw.choice((1024, 1920, 2560))}", "aspect_ratio.gt:1.5",
                f"created_at.gte:{draw.randrange(2012, 2027)}", "created_at.gte:3 days ago",
                f"original_format:{draw.choice(('png', 'gif', 'webm'))}", "animated:true",
                f"uploader:member {draw.randrange(5_000)}", f"score:{draw.randrange(200)}~10",
            )
        )  # fmt: skip

    def term(self) -> str:
        kind = self.draw.random()
        if kind < 0.88:
            return self.tag()
        if kind < 0.94:
            return self.wildcard()
        return self.number() if kind < 0.995 else f"faved_by:member {self.draw.randrange(999)}"

    def query(self) -> str:
        draw = self.draw
        if draw.random() < 0.003:
            return f"-{self.tag()}, -{self.tag()}"
        if draw.random() < 0.006:
            return self.number()
        terms: list[str] = []
        for _ in range(draw.choice((1, 2, 2, 3, 3, 4, 5))):
            kind = draw.random()
            if kind < 0.14 and terms:
                terms.append(f"-{self.term()}")
            elif kind < 0.29:
                other = " || ".join(self.term() for _ in range(draw.randrange(2, 5)))
                terms.append(f"({other})")
            else:
                terms.append(self.term())
        return ", ".join(terms)


def make(queries: int, posts: int, *, seed: int = 20_261_122) -> Corpus:
    """Return a corpus; the same seed always gives the same one."""
    maker = _Maker(seed)
    popularity = {name: 2_000_000 // (rank + 3) for rank, name in enumerate(maker.names)}
    texts = [maker.query() for _ in range(queries)]
    return Corpus(popularity, [maker.post(number) for number in range(posts)], texts)
