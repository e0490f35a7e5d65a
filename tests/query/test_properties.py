"""What holds of every text, tree and post."""

import random
from itertools import islice
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.posts.model import Post
from bot.query import Dialect, Query, QueryError, QueryIndex, Reader, all_of, any_of, parse
from bot.query.tree import Node, Not
from tests.examples import examples
from tests.query.fuzz import check, examine, texts
from tests.query.strategies import NOW, posts, trees

EVERYBODY = Reader(user=True)
DIALECTS: tuple[Dialect, ...] = ("philomena", "twibooru")


@given(trees, posts)
@settings(max_examples=examples(150), deadline=None)
def test_what_can_be_written_is_read_back_equal_and_means_the_same(tree: Node, post: Post) -> None:
    query = Query(tree)
    verdict = query.evaluate(post, now=NOW)
    for dialect in DIALECTS:
        try:
            text = query.text(dialect)
        except QueryError:
            continue
        again = parse(text, dialect, reader=EVERYBODY)
        assert again == query
        assert again.evaluate(post, now=NOW) is verdict
        assert again.text(dialect) == Query(again.tree).text(dialect)
    try:
        text = str(query)
    except QueryError:
        return
    for dialect in DIALECTS:
        assert parse(text, dialect, reader=EVERYBODY) == query


@given(trees, posts)
@settings(max_examples=examples(200), deadline=None)
def test_the_normal_form_keeps_the_meaning_and_the_explanation_agrees(
    tree: Node, post: Post
) -> None:
    query = Query(tree)
    verdict = query.evaluate(post, now=NOW)
    assert query.simplify().evaluate(post, now=NOW) is verdict
    assert query.simplify() == query
    assert query.explain(post, now=NOW).verdict is verdict
    opposite = Query(Not(tree))
    assert opposite.evaluate(post, now=NOW) is (None if verdict is None else not verdict)
    assert ~opposite == query


@given(st.lists(trees, max_size=30), st.lists(posts, min_size=1, max_size=3), st.randoms())
@settings(max_examples=examples(120), deadline=None)
def test_the_index_answers_like_one_by_one_evaluation(
    given_trees: list[Node], some_posts: list[Post], draw: random.Random
) -> None:
    index: QueryIndex[int] = QueryIndex(popularity={"safe": 100, "pony": 80})
    queries: dict[int, Query] = {}
    for number, tree in enumerate(given_trees):
        key = number if draw.random() < 0.8 else draw.randrange(number + 1)
        queries[key] = Query(tree)
        index.add(key, queries[key])
        if draw.random() < 0.2:
            gone = draw.randrange(number + 1)
            queries.pop(gone, None)
            index.discard(gone)
    assert len(index) == len(queries)
    aliases = {"ponies": "pony", "rr": "rarity"}
    for post in some_posts:
        for others in ({}, aliases):
            verdicts = {
                key: query.evaluate(post, now=NOW, aliases=others) for key, query in queries.items()
            }
            found = index.match(post, now=NOW, aliases=others)
            assert found.matched == {key for key, value in verdicts.items() if value}
            assert found.undecided == {key for key, value in verdicts.items() if value is None}
    for key in queries:
        index.discard(key)
    assert index.match(some_posts[0], now=NOW) == (set(), set())


@given(trees, trees, posts)
@settings(max_examples=examples(60), deadline=None)
def test_combining_is_by_tree_and_never_by_text(left: Node, right: Node, post: Post) -> None:
    first, second = Query(left), Query(right)
    values = (first.evaluate(post, now=NOW), second.evaluate(post, now=NOW))
    both, either = all_of(first, second), any_of(first, second)
    wanted = False if False in values else (None if None in values else True)
    assert both.evaluate(post, now=NOW) is wanted
    assert (first & second) == both
    wanted = True if True in values else (None if None in values else False)
    assert either.evaluate(post, now=NOW) is wanted
    assert (first | second) == either


@given(st.text(max_size=60))
@settings(max_examples=examples(200), deadline=None)
def test_no_text_raises_anything_but_a_query_error(text: str) -> None:
    check(text, thoroughly=False)


@pytest.mark.mass
def test_five_thousand_odd_texts_are_read_or_refused() -> None:
    for number, text in enumerate(islice(texts(random.Random(20_261_122)), 5_000)):
        check(text, thoroughly=number % 100 == 0)


@pytest.mark.parametrize(
    "piece",
    ["(", "a(", ")", "-", "!", '"', '",', '"a', "\\", "a ", "  ", " AND ", "a,", "a || ", "*", "?",
     "~", "~1", "^1", "^", "((a) ", "a(b)", "x(\"", "9", "score:", "-(", "NOT ", "a, (b || ",
     "created_at:", ":", "_", "(a, b) || "],
)  # fmt: skip
@pytest.mark.mass
def test_time_grows_with_the_length_alone(piece: str) -> None:
    """Fault F46: the worst query is read in linear time."""

    def run(length: int) -> float:
        text = piece * (length // len(piece))
        start = process_time()
        for dialect in DIALECTS:
            try:
                examine(parse(text, dialect), thoroughly=False)
            except QueryError as error:
                assert error.message  # noqa: PT017
        return process_time() - start

    run(100)
    # Quadratic time would be some hundred times slower; linear time ten times.
    assert min(run(20_000), run(20_000)) < 60 * max(run(2_000), 0.001)


@pytest.mark.mass
def test_brackets_are_bounded_in_depth_and_never_exhaust_the_stack() -> None:
    for opening in ("(", "-(", "(x, "):
        for depth in (900, 100_000):
            text = opening * depth + "a" + ")" * depth
            for dialect in DIALECTS:
                if depth == 900:
                    examine(parse(text, dialect), thoroughly=opening == "(x, ")
                else:
                    with pytest.raises(QueryError, match="nested too deeply"):
                        parse(text, dialect)
