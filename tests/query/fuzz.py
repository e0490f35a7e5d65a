"""Throws odd texts at the search language: `python -m tests.query.fuzz --count 200000`.

Every text is either read or refused with a `QueryError`, in time that does not explode; what is
read can be evaluated, hashed, simplified, explained and, where it can be said at all, written so
that it is read back as the same.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from time import process_time

from bot.posts.model import Post
from bot.query import Dialect, Query, QueryError, Reader, parse, parse_filter

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DIALECTS: tuple[Dialect, ...] = ("philomena", "twibooru")
POST = Post(
    site="derpibooru", id=1, page_url="https://derpibooru.org/images/1", media_hosts=frozenset(),
    tags=("safe", "pony", "rose (flower)", "artist:k_a"), score=5, width=800, height=600,
    created_at=NOW, uploader="Somebody", sources=("https://example.net/a",), description="",
    tag_ids=(1, 2),
)  # fmt: skip

#: Seconds that one text may take; they are all short. Far above what is seen, for slow machines.
TOO_LONG = 2.0

_PIECES = (
    "safe", "pony", "rose (flower)", "a", "b*", "*c", "?", "\\", '"', "(", ")", ",", " ", "\t",
    "\n", "^2", "^-1", "^", "~1", "~0.5", "~", "-", "!", "NOT ", "NOT", " AND ", " OR ", " && ",
    " || ", "||", "&&", "AND", "OR", ":", "score", "score:", "score.gte:", "5", "-5", "5~2",
    "99999999999", "1.5", ".5", "aspect_ratio:", "wilson_score.lt:", "created_at:", "2015",
    "2015-04", "2015-02-30", "T", "Z", "+08:00", "-03:00", "3 days ago", "1 year ago",
    "9999", "uploader:", "faved_by:", "my:faves", "gallery_id:7", "filter_id:3", "description:",
    "animated:true", "source_url:*", "uploader:*", "é", "ß", "İ", "Σ", "小马", "\u00a0", "\u200b",
    "\ufeff", "\0", "\ud800", "\uffff", "🦄", "\u2019", "\u201c", "_", "artist:",
    "oc:", ".", "deleted:true",
)  # fmt: skip


def texts(draw: random.Random) -> Iterator[str]:
    """Return odd texts without end: random rows of pieces, and earlier ones mutated."""
    kept: list[str] = ["safe, (pony || -solo)", 'created_at.gte:3 days ago, "a, b"~1']
    while True:
        kind = draw.random()
        if kind < 0.5:
            text = "".join(draw.choices(_PIECES, k=draw.randrange(1, 14)))
        elif kind < 0.6:
            text = "".join(chr(draw.randrange(0x250)) for _ in range(draw.randrange(30)))
        elif kind < 0.62:
            text = draw.choice(_PIECES) * draw.randrange(200)
        else:
            text = _mutated(draw, draw.choice(kept), draw.choice(kept))
        if len(kept) < 2_000:
            kept.append(text[:200])
        else:
            kept[draw.randrange(len(kept))] = text[:200]
        yield text


def _mutated(draw: random.Random, text: str, other: str) -> str:
    start, end = sorted((draw.randrange(len(text) + 1), draw.randrange(len(text) + 1)))
    inserted = draw.choice((draw.choice(_PIECES), other[: draw.randrange(40)], text[start:end]))
    return text[:start] + inserted + text[draw.choice((start, end)) :]


def check(text: str, *, thoroughly: bool) -> None:
    """Assert everything that holds of any text."""
    for dialect in DIALECTS:
        for reader in (Reader(), Reader(user=True, moderator=True)):
            try:
                query = parse(text, dialect, reader=reader)
            except QueryError as error:
                refused = error
            else:
                examine(query, thoroughly=thoroughly)
                continue
            assert refused.message, text
            assert 0 <= refused.start <= refused.end <= len(text), text
    parse_filter([1], text).hides(POST, now=NOW)


def examine(query: Query, *, thoroughly: bool) -> None:
    """Assert everything that holds of any query."""
    verdict = query.evaluate(POST, now=NOW)
    assert verdict in {True, False, None}
    simple = query.simplify()
    assert simple == query
    assert hash(simple) == hash(query)
    assert simple.evaluate(POST, now=NOW) is verdict, repr(query.tree)
    if not thoroughly:
        return
    assert query.explain(POST, now=NOW).verdict is verdict
    try:
        text = str(query)
    except QueryError:
        return
    everybody = Reader(user=True, moderator=True)
    for dialect in DIALECTS:
        assert parse(text, dialect, reader=everybody) == query, text


def main() -> int:
    """Run the number of texts asked for and say how long the slowest took."""
    options = argparse.ArgumentParser(prog="tests.query.fuzz", description=__doc__)
    options.add_argument("--count", type=int, default=200_000)
    options.add_argument("--seed", type=int, default=None)
    chosen = options.parse_args()
    seed = random.SystemRandom().randrange(2**32) if chosen.seed is None else chosen.seed
    slowest = (0.0, "")
    for number, text in zip(range(chosen.count), texts(random.Random(seed)), strict=False):
        start = process_time()
        try:
            check(text, thoroughly=number % 40 == 0)
        except Exception:
            sys.stderr.write(f"seed {seed}, text {number}: {text!r}\n")
            raise
        slowest = max(slowest, (process_time() - start, text))
    sys.stdout.write(
        f"{chosen.count} texts, seed {seed}, slowest {slowest[0] * 1e3:.1f} ms: {slowest[1]!r}\n"
    )
    return 0 if slowest[0] < TOO_LONG else 1


if __name__ == "__main__":
    sys.exit(main())
