"""The collected answers of the boards' own parsers, as an oracle beside our parser.

The rows were made by running the boards' code, so a mistake that parser and canonicaliser share
shows here (reference: safety, 3.2; boards, 5).
"""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import UNSET

from bot.posts.model import Post
from bot.query import Dialect, QueryError, parse
from bot.safety import SAFE, canonical
from tests.reference_data import CASES, needs_cases
from tests.safety.fuzz import check
from tests.safety.unsafe import NOW

pytestmark = needs_cases

#: Why a query that its site can read is refused all the same: part of the message, and the rule.
REASONS = {
    "the sign": 'safety 3.2: `"`, `\\`, `^` and `~` are refused in the wrapped form',
    "nobody sees": "safety 3.2: control and bidi characters are refused",
    "longer than": "safety 3.2: at most 500 characters",
    "nested deeper": "safety 3.2: depth 8",
    "more than 32": "safety 3.2: at most 32 terms",
    "more than 2 wildcards": "safety 3.2: at most 2 wildcards",
    "cannot be asked for": "safety 3.2: filter_id: and moderators' fields are not on the list",
    "ask for my:": "safety 3.2: my: is refused",
    "no wording": "safety 3.2: the dialects disagree on this term or its brackets",
}
#: What `canonical` does with the rows that a site refuses: it has no reason of its own.
DIALECT_OF: dict[str, Dialect] = {"philomena-server": "philomena", "twibooru": "twibooru"}


@pytest.fixture(scope="module")
def collected() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(CASES.read_text(encoding="utf-8"))
    return loaded


def rows(collected: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    return [
        row
        for row in collected["cases"]
        if row["dialect"] in DIALECT_OF and row["kind"] in kinds and isinstance(row["input"], str)
    ]


def reason(error: QueryError) -> str:
    found = [name for name in REASONS if name in error.message]
    assert len(found) == 1, error.message
    return found[0]


@pytest.mark.mass
def test_no_benign_query_is_refused_without_a_listed_reason(collected: dict[str, Any]) -> None:
    found: Counter[str] = Counter()
    for row in rows(collected, "parse", "match", "match-with-aliases"):
        dialect = DIALECT_OF[row["dialect"]]
        try:
            parse(row["input"], dialect)
        except QueryError:
            # Read for a member, a moderator or by the test's own fields; not by anybody here.
            continue
        try:
            canonical(row["input"], SAFE, dialect)
        except QueryError as error:
            found[reason(error)] += 1
        else:
            found["sent"] += 1
    assert found["sent"] > 300, found
    assert found["no wording"] < 40, found


@pytest.mark.mass
def test_every_collected_text_is_refused_or_bound(collected: dict[str, Any]) -> None:
    texts = {row["input"] for row in collected["cases"] if isinstance(row.get("input"), str)}
    accepted = [
        sum(check(text, SAFE, dialect, again=False) for text in texts)
        for dialect in DIALECT_OF.values()
    ]
    assert min(accepted) > 300


def document(body: dict[str, Any]) -> Post:
    given = {key: value for key, value in body.items() if key not in body["missing"]}

    def moment(name: str) -> Any:
        return datetime.fromtimestamp(given[name], UTC) if name in given else UNSET

    same = (
        "id", "width", "height", "size", "upvotes", "downvotes", "score", "faves",
        "comment_count", "tag_count", "aspect_ratio", "wilson_score", "processed", "animated",
        "thumbnails_generated", "duration", "mime_type", "sha512_hash", "orig_sha512_hash",
        "uploader", "uploader_id",
    )  # fmt: skip
    return Post(
        site="derpibooru",
        page_url=f"https://derpibooru.org/images/{body['id']}",
        media_hosts=frozenset(),
        tags=tuple(body["tags"]),
        format=given["original_format"],
        name=given["file_name"],
        sources=tuple(given["source_url"]),
        duplicate_of=given["duplicate_id"],
        created_at=moment("created_at"),
        updated_at=moment("updated_at"),
        first_seen_at=moment("first_seen_at"),
        **{name: given[name] for name in same if name in given},
    )


def test_what_is_sent_finds_what_the_server_finds_and_is_safe(collected: dict[str, Any]) -> None:
    documents = {body["id"]: document(body) for body in collected["match_documents"].values()}
    denied = {
        "suggestive", "questionable", "explicit", "semi-grimdark", "grimdark", "grotesque", "gore",
    }  # fmt: skip
    safe = {
        number
        for number, post in documents.items()
        if "safe" in post.tags and not denied & set(post.tags)
    }
    assert safe
    compared = 0
    for row in rows(collected, "match", "match-with-aliases"):
        aliases = collected["alias_map"] if "alias_map_ref" in row else {}
        try:
            sent = canonical(row["input"], SAFE, "philomena")
        except QueryError:
            continue
        found = {
            number
            for number, post in documents.items()
            if parse(sent).evaluate(post, aliases=aliases, now=NOW) is True
        }
        assert found == safe & set(row["expect"]["matches"]), (row["id"], row["input"], sent)
        compared += 1
    assert compared > 90
