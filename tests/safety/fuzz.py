"""Throws random queries at the canonicaliser: `python -m tests.safety.fuzz --count 50000`.

Every query is refused or bound: what is sent finds no unsafe post, in whichever dialect it is
read, and comes out unchanged when it is given again. Only accepted queries are counted.
"""

import argparse
import random
import sys
from collections.abc import Iterator

from bot.query import Dialect, QueryError
from bot.safety import SAFE, Policy, canonical
from tests.safety.unsafe import (
    ADULT,
    DIALECTS,
    GRAPHIC,
    assert_finds_nothing_unsafe,
    assert_wrapped,
)

POLICIES = (SAFE, SAFE, ADULT, GRAPHIC)

_TERMS = (
    "safe", "explicit", "suggestive", "questionable", "grimdark", "semi-grimdark", "gore", "cub",
    "foalcon", "pony", "a", "b", "c", "solo", "rose (flower)", "twilight sparkle", "oc:a:b",
    "artist:painter", "x ANDROID", "a||b", "a&&b", "NOT(a)", "*", "p*", "?x*", "score.gt:3",
    "score:500", "faves.lte:9", "id.gte:0", "-id:1", "faved_by:x", "gallery_id:3", "uploader:*",
    "created_at.gte:3 days ago", "created_at.gt:2015", "created_at:2026-11-22", "animated:false",
    "aspect_ratio.gt:1.2", "source_url:*", "description:x", "Score:5", "deleted:true",
    "pixels.gte:9", "tag_count:20", "\u5c0f\u9a6c", "poke\u0301mon", "a_b", "sci-twi", "x^2",
    "x~1", '"x"', "a\\", "my:faves", "filter_id:1", ":)", "spider", "or", "and",
)  # fmt: skip
_JOINTS = (", ", ",", " || ", " OR ", " AND ", " && ", " ||", "|| ", ",-", " , ", " OR NOT ")
_NOISE = (
    "(", ")", "-", "!", ",", " ", "||", " OR ", " AND ", "NOT ", "*", "?", ":", "\\", '"', "^",
    "~", "\n", "\u200b", "\u202e", "\u3000", "\uff0c", "safe", "explicit", "-safe", ") || (",
    "my:", "_", "\u2212", "\u0301", "\ud800", "\0", "AND", "OR", "^-1", ".gt:", "5",
)  # fmt: skip


def grown(draw: random.Random, depth: int) -> str:
    """Return a query of the grammar."""
    kind = draw.random()
    if depth == 0 or kind < 0.35:
        return draw.choice(("", "", "", "-", "!", "NOT ")) + draw.choice(_TERMS)
    if kind < 0.55:
        return draw.choice(("", "-", "!")) + f"({grown(draw, depth - 1)})"
    count = draw.randrange(2, 4)
    return draw.choice(_JOINTS).join(grown(draw, depth - 1) for _ in range(count))


def mutated(draw: random.Random, text: str) -> str:
    """Return the text with a few signs put in, taken out or doubled."""
    for _ in range(draw.randrange(1, 4)):
        at = draw.randrange(len(text) + 1)
        match draw.randrange(4):
            case 0:
                text = text[:at] + text[at + 1 :]
            case 1:
                text = text[:at] + text[max(0, at - 6) :]
            case _:
                text = text[:at] + draw.choice(_NOISE) + text[at:]
    return text


def queries(draw: random.Random) -> Iterator[str]:
    """Return queries without end: half of the grammar, half of them mutated."""
    while True:
        text = grown(draw, draw.randrange(4))
        yield mutated(draw, text) if draw.random() < 0.5 else text


def assert_helpful(error: QueryError, text: str) -> None:
    """Check that a refusal says what is wrong, and where in the text."""
    assert error.message
    assert 0 <= error.start <= error.end <= len(text), (text, error.start, error.end)


def check(text: str, policy: Policy, dialect: Dialect, *, again: bool = True) -> bool:
    """Assert everything that holds of a person's text; tell whether it was accepted."""
    try:
        sent = canonical(text, policy, dialect)
    except QueryError as error:
        assert_helpful(error, text)
        return False
    assert_wrapped(sent, canonical("", policy, dialect))
    assert_finds_nothing_unsafe(sent, policy)
    if again:
        assert canonical(sent, policy, dialect) == sent, (text, sent)
    return True


def run(count: int, seed: int) -> int:
    """Check queries until `count` of them were accepted; return how many it took."""
    draw = random.Random(seed)
    accepted = 0
    for number, text in enumerate(queries(draw), 1):
        dialect, policy = draw.choice(DIALECTS), draw.choice(POLICIES)
        try:
            accepted += check(text, policy, dialect, again=number % 10 == 0)
        except Exception:
            sys.stderr.write(f"seed {seed}, query {number}: {text!r} ({dialect})\n")
            raise
        if accepted == count:
            return number
    raise AssertionError("unreachable: the queries have no end")


def main() -> int:
    """Run the number of accepted queries asked for."""
    options = argparse.ArgumentParser(prog="tests.safety.fuzz", description=__doc__)
    options.add_argument("--count", type=int, default=50_000)
    options.add_argument("--seed", type=int, default=None)
    chosen = options.parse_args()
    seed = random.SystemRandom().randrange(2**32) if chosen.seed is None else chosen.seed
    tried = run(chosen.count, seed)
    sys.stdout.write(f"{chosen.count} accepted of {tried}, seed {seed}: no unsafe post\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
