"""Measures how long one post takes against many queries: `python -m benchmarks.query`.

In one run, on the same posts and in processor time: evaluating every query, evaluating every
query compiled to Python, and the index. Every answer of the index is compared with that of the
evaluation. Where `psql` reaches a server (by libpq's own environment variables), PostgreSQL's
`tsquery` is measured too, by the clock, on the queries that it can say: those of tags alone,
without wildcards. There too each stands under its rarest required tag, and the rest is checked.
"""

import argparse
import gc
import json
import statistics
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from time import perf_counter, thread_time
from typing import Any

from benchmarks import query_postgresql
from benchmarks.query_corpus import NOW, Corpus, make
from bot.posts.model import Post
from bot.query import Query, QueryIndex, Verdict, parse
from bot.query.evaluate import evaluate
from bot.query.facts import Facts
from bot.query.tree import TAGS, And, Everything, Leaf, Node, Not, Nothing, Or, Term

#: Posts before those that are measured: by then most tags have been met, as on a running bot.
_WARM_UP = 3_000
_MEASURED = 1_200
#: All ways are measured by turns, so that a machine that is now fast, now slow, is so for all.
_ROUNDS = 4
#: Posts for the slow ways, by the number of queries.
_NAIVE_POSTS = {1_000: 40, 10_000: 12, 100_000: 4}
_POSTGRESQL_POSTS = 40

Answers = tuple[set[int], set[int]]


def _timed(posts: Sequence[Post], run: Callable[[Post], object]) -> list[float]:
    """Return the microseconds of processor time that each post takes."""
    taken: list[float] = []
    for post in posts:
        start = thread_time()
        run(post)
        taken.append((thread_time() - start) * 1e6)
    return taken


def _naive(queries: Sequence[Query], post: Post) -> Answers:
    verdict = Facts(post, now=NOW).verdict
    return _answers([evaluate(query.tree, verdict) for query in queries])


def _answers(values: Sequence[Verdict]) -> Answers:
    return (
        {number for number, value in enumerate(values) if value},
        {number for number, value in enumerate(values) if value is None},
    )


class _Remembered(dict[int, Verdict]):
    """Verdicts of the leaves that are no tag, by number, each found once for a post."""

    def __init__(self, others: list[Leaf], facts: Facts) -> None:
        super().__init__()
        self._others = others
        self._facts = facts

    def __missing__(self, number: int) -> Verdict:
        self[number] = value = self._facts.verdict(self._others[number])
        return value


class _Compiled:
    """Every query as a Python function; one that may be undecided is evaluated as it is."""

    def __init__(self, queries: Sequence[Query]) -> None:
        self._numbers: dict[Leaf, int] = {}
        self._queries = queries
        self._functions = [
            None if query.undecidable else eval(f"lambda t, v: {self._python(query.tree)}")  # noqa: S307
            for query in queries
        ]
        self._others = list(self._numbers)

    def _python(self, root: Node) -> str:
        """Return Python for a tree; a leaf that is no tag is looked up in `v` by its number."""
        if isinstance(root, And | Or):
            joiner = " and " if isinstance(root, And) else " or "
            return f"({joiner.join(map(self._python, root.children))})"
        if isinstance(root, Not):
            return f"(not {self._python(root.child)})"
        if isinstance(root, Everything | Nothing):
            return str(isinstance(root, Everything))
        if isinstance(root, Term) and root.field == TAGS:
            return f"({root.value!r} in t)"
        return f"v[{self._numbers.setdefault(root, len(self._numbers))}]"

    def __call__(self, post: Post) -> list[Verdict]:
        """Return the verdict on every query."""
        facts = Facts(post, now=NOW)
        names, verdict = facts.names, facts.verdict
        remembered = _Remembered(self._others, facts)
        return [
            function(names, remembered) if function else evaluate(query.tree, verdict)
            for query, function in zip(self._queries, self._functions, strict=True)
        ]


def _index_of(corpus: Corpus) -> QueryIndex[int]:
    index: QueryIndex[int] = QueryIndex(popularity=corpus.popularity)
    for number, text in enumerate(corpus.queries):
        index.add(number, parse(text))
    return index


def _mebibytes(corpus: Corpus) -> float:
    """Return what an index holds on to, its queries' trees being let go."""
    gc.collect()
    tracemalloc.start()
    index = _index_of(corpus)
    gc.collect()
    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(index) == len(corpus.queries)
    return held / 2**20


def measure(size: int) -> dict[str, Any]:
    """Return every figure for that many queries."""
    corpus = make(size, _WARM_UP + _MEASURED)
    warm_up, measured = corpus.posts[:_WARM_UP], corpus.posts[_WARM_UP:]
    slow_posts = measured[: _NAIVE_POSTS.get(size, 4)]
    mebibytes = _mebibytes(corpus)
    queries = [parse(text) for text in corpus.queries]
    for query in queries:
        hash(query)  # Brings it to its normal form, which is not what is measured.
    start = perf_counter()
    index: QueryIndex[int] = QueryIndex(popularity=corpus.popularity)
    for number, query in enumerate(queries):
        index.add(number, query)
    build = perf_counter() - start
    compiled_naive = _Compiled(queries)
    for post in warm_up:
        index.match(post, now=NOW)
    gc.collect()

    naive: list[float] = []
    compiled: list[float] = []
    taken: list[float] = []
    for turn in range(_ROUNDS):
        naive += _timed(slow_posts[turn::_ROUNDS], lambda post: _naive(queries, post))
        compiled += _timed(slow_posts[turn::_ROUNDS], compiled_naive)
        taken += _timed(measured[turn::_ROUNDS], lambda post: index.match(post, now=NOW))
    matches = [index.match(post, now=NOW) for post in measured]
    equal = all(
        _naive(queries, post) == tuple(index.match(post, now=NOW))
        and _answers(compiled_naive(post))[0] == _naive(queries, post)[0]
        for post in slow_posts
    )
    median = statistics.median(taken)
    found = statistics.mean(len(each.matched) + len(each.undecided) for each in matches)
    return {
        "queries": size,
        "us_per_post": round(median, 1),
        "us_per_post_min": round(min(taken), 1),
        "us_per_post_p99": round(statistics.quantiles(taken, n=100)[98], 1),
        "matches_per_post": round(statistics.mean(len(each.matched) for each in matches), 1),
        "undecided_per_post": round(statistics.mean(len(each.undecided) for each in matches), 1),
        "us_per_match": round(median / max(1.0, found), 3),
        "times_naive": round(statistics.median(naive) / median, 1),
        "times_compiled": round(statistics.median(compiled) / median, 1),
        "naive_us_per_post": round(statistics.median(naive), 1),
        "compiled_us_per_post": round(statistics.median(compiled), 1),
        "equal_answers": equal,
        "build_s": round(build, 2),
        "mib": round(mebibytes, 1),
        "postgresql": _postgresql(corpus, queries),
    }


def _growth(size: int) -> dict[str, Any]:
    """Return the cost of ten times the queries where the additional ones match nothing."""
    corpus = make(size, _WARM_UP + _MEASURED)
    index = _index_of(corpus)
    for post in corpus.posts[:_WARM_UP]:
        index.match(post, now=NOW)
    measured = corpus.posts[_WARM_UP:]
    few = statistics.median(_timed(measured, lambda post: index.match(post, now=NOW)))
    for number, text in enumerate(make(9 * size, 0, seed=7).queries):
        index.add(size + number, parse(f"no post has this {number % 5_000}, ({text})"))
    for post in corpus.posts[:_WARM_UP]:
        index.match(post, now=NOW)
    many = statistics.median(_timed(measured, lambda post: index.match(post, now=NOW)))
    return {"queries": [size, 10 * size], "times_slower_at_equal_matches": round(many / few, 2)}


def _postgresql(corpus: Corpus, queries: Sequence[Query]) -> dict[str, Any] | str:
    """Return what PostgreSQL takes for the queries of plain tags, or why it was not asked."""
    if not query_postgresql.at_hand():
        return "not at hand"
    said = {
        number: query for number, query in enumerate(queries) if query_postgresql.can_say(query)
    }
    index: QueryIndex[int] = QueryIndex(popularity=corpus.popularity)
    for number, query in said.items():
        index.add(number, query)
    for post in corpus.posts[:_WARM_UP]:
        index.match(post, now=NOW)
    posts = corpus.posts[_WARM_UP : _WARM_UP + _POSTGRESQL_POSTS]
    taken, counts = query_postgresql.measure(said, posts, corpus.popularity)
    ours = _timed(posts, lambda post: index.match(post, now=NOW))
    return {
        "queries": len(said),
        "us_per_post": round(statistics.median(taken), 1),
        "index_us_per_post": round(statistics.median(ours), 1),
        "times_postgresql": round(statistics.median(taken) / statistics.median(ours), 1),
        "equal_counts": counts == [len(index.match(post, now=NOW).matched) for post in posts],
    }


def main() -> int:
    """Measure and print; exit with 1 where an answer of the index is wrong."""
    options = argparse.ArgumentParser(prog="benchmarks.query", description=__doc__)
    options.add_argument("--sizes", default="1000,10000,100000", help="numbers of queries")
    options.add_argument("--json", action="store_true", help="print JSON alone")
    options.add_argument("--no-growth", action="store_true", help="leave that comparison out")
    chosen = options.parse_args()
    sizes = [int(size) for size in chosen.sizes.split(",")]
    results = []
    for size in sizes:
        results.append(measure(size))
        if not chosen.json:
            _show(results[-1])
    report: dict[str, Any] = {"sizes": results}
    if not chosen.no_growth:
        report["growth"] = _growth(max(1_000, min(10_000, max(sizes) // 10)))
    if chosen.json:
        print(json.dumps(report, indent=2))
    elif "growth" in report:
        print("ten times the queries at equal matches:", report["growth"])
    return 0 if all(result["equal_answers"] for result in results) else 1


def _show(result: dict[str, Any]) -> None:
    print(f"{result['queries']:,} queries")
    for name, value in result.items():
        if name != "queries":
            print(f"  {name:<20} {value}")


if __name__ == "__main__":
    sys.exit(main())
