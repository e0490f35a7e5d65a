"""The queries of tags alone in PostgreSQL: each under its rarest required tag, then checked."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.posts.model import Post
from bot.query import Query
from bot.query.plan import Choice, Whole, lay_out
from bot.query.tree import TAGS, And, Node, Not, Or, Term, leaves


def at_hand() -> bool:
    """Tell whether `psql` reaches a server."""
    return shutil.which("psql") is not None and _psql("SELECT 1").returncode == 0


def can_say(query: Query) -> bool:
    """Tell whether the query is one of tags alone, without wildcards."""
    return all(isinstance(leaf, Term) and leaf.field == TAGS for leaf in leaves(query.tree))


def measure(
    queries: Mapping[int, Query], posts: Sequence[Post], popularity: Mapping[str, int]
) -> tuple[list[float], list[int]]:
    """Return the microseconds that each post takes, by psql's clock, and how many queries match."""
    rows = "\n".join(
        f"{number}\t{anchor}\t{_tsquery(query.tree)}".replace("\\", "\\\\")
        for number, query in queries.items()
        for anchor in _anchors(query, popularity)
    )
    script = [
        "\\set QUIET on",
        "CREATE TEMP TABLE wishes (key int, anchor text, wish tsquery);",
        f"COPY wishes FROM STDIN;\n{rows}\n\\.",
        "CREATE INDEX ON wishes (anchor);",
        "ANALYZE wishes;",
        "\\timing on",
    ]
    for post in posts:
        names = ", ".join("'" + name.replace("'", "''") + "'" for name in post.tags)
        script += [
            "SELECT count(DISTINCT key) FROM wishes",
            f"WHERE anchor = ANY(ARRAY['', {names}])",
            f"AND array_to_tsvector(ARRAY[{names}]) @@ wish;",
        ]
    answer = _psql("\n".join(script)).stdout.split("\n")
    taken = [float(line.split()[1]) * 1_000 for line in answer if line.startswith("Time:")]
    return taken, [int(line) for line in answer if line.strip().isdigit()]


def _tsquery(root: Node) -> str:
    if isinstance(root, And | Or):
        joined = (" & " if isinstance(root, And) else " | ").join(map(_tsquery, root.children))
        return f"({joined})"
    if isinstance(root, Not):
        return f"!{_tsquery(root.child)}"
    assert isinstance(root, Term)
    return "'" + root.value.replace("\\", "\\\\").replace("'", "''") + "'"


def _anchors(query: Query, popularity: Mapping[str, int]) -> set[str]:
    """Return tags one of which a matching post must have; the empty one where there are none."""
    layout = lay_out(query.normal)
    if isinstance(layout, Whole):
        return {""}

    def share(choice: Choice) -> int:
        return sum(popularity.get(term.value, 0) for term in choice if isinstance(term, Term))

    found: set[str] = set()
    for each in layout:
        choices = [*((term,) for term in each.required), *each.choices]
        rarest = min(choices, key=share, default=())
        found.update(term.value for term in rarest if isinstance(term, Term))
        if not rarest:
            found.add("")
    return found


def _psql(script: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.sql"
        path.write_text(script, encoding="utf-8")
        environment = {"PGDATABASE": "postgres", "PGCONNECT_TIMEOUT": "3", **os.environ}
        return subprocess.run(
            ["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", str(path)],
            check=False, capture_output=True, text=True, env=environment,
        )  # fmt: skip
