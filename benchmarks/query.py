"""Measures how long one post takes against many queries: `python -m benchmarks.query`.

In one run, on the same posts and in processor time: evaluating every query, evaluating every
query compiled to Python, and the index. Every answer of the index is compared with that of the
evaluation. Where `psql` reaches a server (by libpq's own environment variables), PostgreSQL's
`tsquery` is measured too, by the clock, on the queries that it can say: those of tags alone,
without wildcards.
"""

import argparse
import gc
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter, thread_time
from typing import Any

from benchmarks.query_corpus import NOW, Corpus, make
from bot.posts.model import Post
from bot.query import Query, QueryIndex, Verdict, parse
from bot.query.evaluate import evaluate
from bot.query.facts import Facts
from bot.query.tree import TAGS, And, Everything, Leaf, Node, Not, Nothing, Or, Term, leaves

#: Posts before those that are measured: by then most tags have been met, as on a running bot.
_WARM_UP = 3_000
_MEASURED = 300
#: Posts for the slow ways, by the number of queries.
_NAIVE_POSTS = {1_000: 40, 10_000: 12, 100_000: 4}

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


class _Remembered(dict[Leaf, Verdict]):
    """Verdicts of the leaves that are no tag, each found once for a post."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts

    def __missing__(self, leaf: Leaf) -> Verdict:
        self[leaf] = value = self._facts.verdict(leaf)
        return value


def _expression(root: Node, others: list[Leaf]) -> str:
    """Return Python for a tree; a leaf that is no tag is looked up in `v` by `l[number]`."""
    if isinstance(root, And | Or):
        joined = (" and " if isinstance(root, And) else " or ").join(
            _expression(child, others) for child in root.children
        )
        return f"({joined})"
    if isinstance(root, Not):
        return f"(not {_expression(root.child, others)})"
    if isinstance(root, Everything | Nothing):
        return str(isinstance(root, Everything))
    if isinstance(root, Term) and root.field == TAGS:
        return f"({root.value!r} in t)"
    others.append(root)
    return f"v[l[{len(others) - 1}]]"


def _compiled(query: Query) -> Callable[[frozenset[str], dict[Leaf, Verdict]], Verdict] | None:
    """Return the query as a Python function, `None` where it may be undecided."""
    if query.undecidable:
        return None
    others: list[Leaf] = []
    source = f"lambda t, v, l=l: {_expression(query.tree, others)}"
    function: Callable[[frozenset[str], dict[Leaf, Verdict]], Verdict] = eval(  # noqa: S307
        source, {"l": tuple(others)}
    )
    return function


def _compiled_naive(
    queries: Sequence[Query], functions: Sequence[Any], post: Post
) -> list[Verdict]:
    facts = Facts(post, now=NOW)
    names, remembered, verdict = facts.names, _Remembered(facts), facts.verdict
    return [
        function(names, remembered) if function else evaluate(query.tree, verdict)
        for query, function in zip(queries, functions, strict=True)
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
    functions = [_compiled(query) for query in queries]
    for post in warm_up:
        index.match(post, now=NOW)
    gc.collect()

    naive = _timed(slow_posts, lambda post: _naive(queries, post))
    compiled = _timed(slow_posts, lambda post: _compiled_naive(queries, functions, post))
    taken = _timed(measured, lambda post: index.match(post, now=NOW))
    matches = [index.match(post, now=NOW) for post in measured]
    equal = all(
        _naive(queries, post) == tuple(index.match(post, now=NOW))
        and _answers(_compiled_naive(queries, functions, post))[0] == _naive(queries, post)[0]
        for post in slow_posts
    )
    median = statistics.median(taken)
    found = statistics.mean(len(each.matched) + len(each.undecided) for each in matches)
    return {
        "queries": size,
        "us_per_post": round(median, 1),
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
        "postgresql": _postgresql(queries, slow_posts),
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


def _tsquery(root: Node) -> str:
    """Return a tree of tags as a PostgreSQL `tsquery`."""
    if isinstance(root, And | Or):
        joined = (" & " if isinstance(root, And) else " | ").join(map(_tsquery, root.children))
        return f"({joined})"
    if isinstance(root, Not):
        return f"!{_tsquery(root.child)}"
    assert isinstance(root, Term)
    return "'" + root.value.replace("\\", "\\\\").replace("'", "''") + "'"


def _postgresql(queries: Sequence[Query], posts: Sequence[Post]) -> dict[str, Any] | str:
    """Return what PostgreSQL takes for the queries of plain tags, or why it was not asked."""
    if shutil.which("psql") is None or _psql("SELECT 1").returncode:
        return "not at hand"
    said = {
        number: query
        for number, query in enumerate(queries)
        if all(isinstance(leaf, Term) and leaf.field == TAGS for leaf in leaves(query.tree))
    }
    index: QueryIndex[int] = QueryIndex()
    for number, query in said.items():
        index.add(number, query)
    rows = "\n".join(
        f"{number}\t{_tsquery(query.tree)}".replace("\\", "\\\\") for number, query in said.items()
    )
    script = [
        "\\set QUIET on",
        "CREATE TEMP TABLE wishes (key int, wish tsquery);",
        f"COPY wishes FROM STDIN;\n{rows}\n\\.",
        "ANALYZE wishes;",
        "\\timing on",
    ]
    for post in posts:
        names = ", ".join("'" + name.replace("'", "''") + "'" for name in post.tags)
        vector = f"array_to_tsvector(ARRAY[{names}])"
        script += ["SELECT count(*) FROM wishes", f"WHERE {vector} @@ wish;"]
    answer = _psql("\n".join(script)).stdout.split("\n")
    taken = [float(line.split()[1]) * 1_000 for line in answer if line.startswith("Time:")]
    counts = [int(line) for line in answer if line.strip().isdigit()]
    ours = _timed(posts, lambda post: index.match(post, now=NOW))
    return {
        "queries": len(said),
        "us_per_post": round(statistics.median(taken), 1),
        "index_us_per_post": round(statistics.median(ours), 1),
        "equal_counts": counts == [len(index.match(post, now=NOW).matched) for post in posts],
    }


def _psql(script: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.sql"
        path.write_text(script, encoding="utf-8")
        environment = {"PGDATABASE": "postgres", "PGCONNECT_TIMEOUT": "3", **os.environ}
        return subprocess.run(
            ["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", str(path)],
            check=False, capture_output=True, text=True, env=environment,
        )  # fmt: skip


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
