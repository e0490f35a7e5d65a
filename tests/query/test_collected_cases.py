"""Every collected answer of the boards' own parsers (reference: boards, 2 and 5)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from msgspec import UNSET

from bot.posts.model import Post
from bot.query import (
    Dialect,
    Query,
    QueryError,
    Reader,
    clean_tag_name,
    decode_slug,
    encode_slug,
    join_lines,
    parse,
    parse_filter,
)
from bot.query.dates import resolve
from bot.query.lexer import lex
from bot.query.tree import (
    EVERYTHING,
    NOTHING,
    TAGS,
    And,
    Flag,
    Fuzzy,
    Instant,
    Node,
    Not,
    Or,
    Phrase,
    Range,
    Span,
    Special,
    Term,
    Wild,
    leaves,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

#: The names that the sites' index gives to fields.
INDEX_NAMES = {
    "tags": TAGS,
    "namespaced_tags.name": TAGS,
    "favourited_by_users": "faved_by",
    "favourited_by": "faved_by",
    "favourited_by_user_ids": "faved_by_id",
    "upvoters": "upvoted_by",
    "upvoter_ids": "upvoted_by_id",
    "hidden_by_users": "hidden_by",
    "hidden_from_users": "deleted",
}
MINE = {
    "upvoter_ids": "upvotes",
    "downvoter_ids": "downvotes",
    "favourited_by_user_ids": "faves",
    "true_uploader_id": "uploads",
    "hidden_by_user_ids": "hidden",
    "subscriber_ids": "subs",
}
#: Rows of the Twibooru gem's tests that ask for fields or rewriting that the site has not got:
#: its fields are not public, so ours are its ancestor's (reference: boards, 2.9).
NOT_FOLLOWED = {
    "c0056": "a test's own field `is_cool`; here it is a tag",
    "c0058": "`ip` is for moderators; for anybody else it is a tag",
    "c0084": "a test's own rewriting of tag names",
    "c0085": "a test's own field `emotion`",
    "c0087": "a test's list of fields without `uploader`, which the site has",
}


def rows(collected: dict[str, Any], dialect: str, *kinds: str) -> list[dict[str, Any]]:
    found = [
        row for row in collected["cases"] if row["dialect"] == dialect and row["kind"] in kinds
    ]
    assert found
    return found


def instant(value: dict[str, Any]) -> Instant:
    if "$time" in value:
        return Instant(int(datetime.fromisoformat(value["$time"]).timestamp()))
    return Instant(value["$now_minus_seconds"], relative=True)


def expected_tree(query: dict[str, Any], row: dict[str, Any]) -> Node:
    """Turn what the parser made for OpenSearch into a tree of ours."""
    if "bool" in query:
        return expected_bool(query["bool"], row)
    ((kind, body),) = query.items()
    if kind in {"match_all", "match_none"}:
        return EVERYTHING if kind == "match_all" else NOTHING
    if kind == "function_score":
        return expected_tree(body["query"], row)
    if kind == "nested":
        return Special("gallery_id", str(body["query"]["term"]["galleries.id"]))
    ((name, value),) = body.items()
    field = INDEX_NAMES.get(name, name)
    match kind:
        case "term":
            return expected_term(name, field, value, row)
        case "wildcard":
            return Wild(field, value)
        case "fuzzy":
            return Fuzzy(field, value["value"], min(2, int(value["fuzziness"])))
        case "match_phrase":
            return Phrase(field, value)
    assert kind == "range", query
    return expected_range(field, value)


def expected_term(name: str, field: str, value: Any, row: dict[str, Any]) -> Node:
    if "my:" in row["input"] and name in MINE:
        return Special("my", MINE[name])
    if name == "ip":
        return Special(field, value)
    if isinstance(value, dict):
        value = value["value"]
    if isinstance(value, int | float):
        return Range(field, value, value)
    if field in {"animated", "processed", "thumbnails_generated", "deleted", "anonymous"}:
        return Flag(field, value == "true")
    return Term(field, value)


def expected_range(field: str, bounds: dict[str, Any]) -> Node:
    low = bounds.get("gte", bounds.get("gt"))
    high = bounds.get("lte", bounds.get("lt"))
    opens = {"low_open": "gt" in bounds, "high_open": "lt" in bounds}
    if isinstance(low if low is not None else high, dict):
        return Span(field, low and instant(low), high and instant(high), **opens)
    return Range(field, low, high, **opens)


def expected_bool(query: dict[str, Any], row: dict[str, Any]) -> Node:
    if "watched" in row["input"]:
        return Special("my", "watched")
    parts = query.get("must") or query.get("should")
    if parts:
        return (And if "must" in query else Or)(tuple(expected_tree(each, row) for each in parts))
    refused = query["must_not"]
    if isinstance(refused, list) and "terms" in refused[0]:
        number = row["input"].lstrip("-").removeprefix("filter_id:")
        return Special("filter_id", number)
    refused = refused[0] if isinstance(refused, list) else refused
    return Not(expected_tree(refused, row))


def reader(row: dict[str, Any]) -> Reader:
    context = row.get("context", {})
    user = context.get("user") or row.get("user")
    inside: Literal["", "filter"] = "filter" if context.get("inside_filter") else ""
    visible = {int(n) for n, body in row.get("filters", {}).items() if isinstance(body, dict)}
    return Reader(
        user=user is not None,
        moderator=bool(user and user.get("role") == "moderator"),
        inside="watchlist" if context.get("inside_watchlist") else inside,
        filters=frozenset(visible),
    )


def posts(collected: dict[str, Any]) -> Iterator[Post]:
    for document in collected["match_documents"].values():
        given = {key: value for key, value in document.items() if key not in document["missing"]}

        def moment(name: str, given: dict[str, Any] = given) -> Any:
            return datetime.fromtimestamp(given[name], UTC) if name in given else UNSET

        same = [
            "id",
            "width",
            "height",
            "size",
            "upvotes",
            "downvotes",
            "score",
            "faves",
            "comment_count",
            "tag_count",
            "aspect_ratio",
            "wilson_score",
            "processed",
            "thumbnails_generated",
            "animated",
            "duration",
            "mime_type",
            "sha512_hash",
            "orig_sha512_hash",
            "uploader",
            "uploader_id",
        ]
        yield Post(
            site="derpibooru",
            page_url=f"https://derpibooru.org/images/{document['id']}",
            media_hosts=frozenset(),
            tags=tuple(document["tags"]),
            tag_ids=tuple(document["tag_ids"]),
            format=given["original_format"],
            name=given["file_name"],
            sources=tuple(given["source_url"]),
            duplicate_of=given["duplicate_id"],
            created_at=moment("created_at"),
            updated_at=moment("updated_at"),
            first_seen_at=moment("first_seen_at"),
            **{name: given[name] for name in same if name in given},
        )


def test_every_query_is_read_as_the_server_reads_it(collected: dict[str, Any]) -> None:
    for row in rows(collected, "philomena-server", "parse"):
        found = parse(row["input"], reader=reader(row))
        wanted = Query(expected_tree(row["expect"], row))
        assert found == wanted, (row["id"], row["input"], found.tree)
        assert set(leaves(found.tree)) == set(leaves(wanted.tree)), (row["id"], row["input"])


def test_every_mistake_gets_the_servers_own_answer(collected: dict[str, Any]) -> None:
    for row in rows(collected, "philomena-server", "error"):
        with pytest.raises(QueryError) as caught:
            parse(row["input"], reader=reader(row))
        wanted = row["expect"]["$error"]
        assert wanted is None or caught.value.server_message == wanted, row["id"]
        assert 0 <= caught.value.start <= caught.value.end <= len(row["input"])


def test_tokens_are_the_servers(collected: dict[str, Any]) -> None:
    names = {"(": "lparen", ")": "rparen"}
    for row in rows(collected, "philomena-server", "lex"):
        found = [(names.get(token.kind, token.kind), token.value) for token in lex(row["input"])]
        wanted = [(token["token"], str(token["value"])) for token in row["expect"]]
        assert found == wanted, row["id"]


def test_queries_match_the_documents_that_the_server_would_find(
    collected: dict[str, Any],
) -> None:
    documents = {post.id: post for post in posts(collected)}
    for row in rows(collected, "philomena-server", "match", "match-with-aliases"):
        query = parse(row["input"])
        aliases = collected["alias_map"] if "alias_map_ref" in row else {}
        verdicts = {
            number: query.evaluate(post, aliases=aliases, now=NOW)
            for number, post in documents.items()
        }
        wanted = (
            dict.fromkeys(row["expect"]["matches"], True)
            | dict.fromkeys(row["expect"]["non_matches"], False)
            | dict.fromkeys(row.get("undetermined", []), None)
        )
        assert verdicts == wanted, (row["id"], row["input"])
        for number, post in documents.items():
            matched = query.matches(post, aliases=aliases, now=NOW)
            assert matched is (wanted[number] is True)


def test_filters_hide_what_the_site_hides(collected: dict[str, Any]) -> None:
    row = next(row for row in collected["cases"] if row.get("filters"))
    filters = {
        int(number): parse_filter(body["hidden_tag_ids"], body["hidden_complex"])
        for number, body in row["filters"].items()
        if isinstance(body, dict)
    }
    post = next(posts(collected))

    def shown(text: str) -> bool | None:
        return parse(text).evaluate(post, filters=filters, now=NOW)

    assert not filters[103].readable
    assert shown("filter_id:100") is True
    assert shown("filter_id:103") is False  # It cannot be read, so it hides everything.
    assert shown("-filter_id:103") is True
    assert shown("filter_id:105") is True
    assert shown("filter_id:7") is None


def test_names_slugs_and_lines_are_normalised_as_on_the_site(collected: dict[str, Any]) -> None:
    for kind, normalise in (
        ("tag-normalize", clean_tag_name),
        ("tag-slug", encode_slug),
        ("tag-slug-decode", decode_slug),
        ("multiline-normalize", join_lines),
    ):
        for row in rows(collected, "philomena-server", kind):
            if not row.get("legacy_percent_encoded"):
                assert normalise(row["input"]) == row["expect"], row["id"]


def test_twibooru_reads_queries_as_its_gem_does(collected: dict[str, Any]) -> None:
    for row in rows(collected, "twibooru", "parse"):
        if row["id"] in NOT_FOLLOWED:
            continue
        if "created_at" not in row["input"]:
            wanted = Query(expected_tree(row["expect"], row))
        else:
            ((field, bounds),) = row["expect"]["range"].items()
            wanted = Query(expected_range(field, bounds))
        assert parse(row["input"], "twibooru") == wanted, (row["id"], row["input"])


def test_twibooru_refuses_what_its_gem_refuses(collected: dict[str, Any]) -> None:
    for row in rows(collected, "twibooru", "error"):
        if row["id"] not in NOT_FOLLOWED:
            with pytest.raises(QueryError):
                parse(row["input"], "twibooru")


def test_twibooru_binds_operators_as_its_gem_does(collected: dict[str, Any]) -> None:
    for row in rows(collected, "twibooru", "lex"):
        stack: list[Node] = []
        for item in row["expect"]:
            if isinstance(item, str):
                stack.append(parse(item, "twibooru").tree)
            elif item["op"] == "not":
                stack.append(Not(stack.pop()))
            else:
                pair = (stack.pop(-2), stack.pop())
                stack.append((And if item["op"] == "and" else Or)(pair))
        assert parse(row["input"], "twibooru") == Query(stack[0]), row["id"]


def test_twibooru_counts_back_as_its_gem_does(collected: dict[str, Any]) -> None:
    dialect: Dialect = "twibooru"
    for row in rows(collected, dialect, "relative-date"):
        text = f"created_at:{row['input']}"
        try:
            span = parse(text, dialect).tree
        except QueryError:
            assert row["expect"] == {"parses": False}, row["id"]
            continue
        assert isinstance(span, Span)
        assert span.high is not None
        before = row["expect"].get("upper_bound_seconds_before_now")
        if before is not None:
            assert resolve(span.high, NOW) == (NOW - timedelta(seconds=before)).timestamp()


def test_the_rows_that_are_not_followed_exist(collected: dict[str, Any]) -> None:
    known = {row["id"] for row in collected["cases"] if row["dialect"] == "twibooru"}
    assert set(NOT_FOLLOWED) <= known
