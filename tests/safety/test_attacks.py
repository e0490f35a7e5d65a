"""No query gets round the policy, in either dialect (reference: safety, 3.2)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.query import Dialect, QueryError
from bot.safety import SAFE, Policy, canonical
from tests.examples import examples
from tests.safety.fuzz import assert_helpful, check, run
from tests.safety.unsafe import ADULT, DIALECTS, GRAPHIC

POLICIES = {"safe": SAFE, "adult": ADULT, "graphic": GRAPHIC}

ALONE = canonical("", SAFE, "philomena")

#: Refused whoever asks, in both dialects.
REFUSED = [
    # Brackets that close the wrapper.
    "a) || explicit || (b",
    "a), explicit, (b",
    "a)) || (explicit",
    ") || explicit || (",
    "a) OR (explicit",
    "safe) || -(safe",
    ")",
    "(",
    "((a)",
    "(a))",
    "()",
    "a, ()",
    # Operators without what they join.
    "a ||",
    "|| a",
    " OR a",
    "a AND ",
    ",",
    "a,,b",
    ", explicit",
    "a, || b",
    "(a ||) explicit",
    # Fields of a key's owner, of somebody's filter, in any disguise that a site would see.
    "my:faves",
    "my:watched",
    "my:upvotes || a",
    "-my:hidden",
    "a, (my:subs)",
    "filter_id:1",
    "-filter_id:1",
    "a || -filter_id:56027",
    "filter_id:100073",
    "My:faves",
    "MY:watched",
    "my :faves",
    "my\uff1afaves",
    "my.eq:faves",
    "a, FILTER_ID:1",
    "Filter_ID.eq:56027",
    "filter id:1",
    "filter_id :1",
    # Moderators' fields: to anybody else they are tags at most, and no tag is called so.
    "deleted:true",
    "a || deleted.eq:true",
    "ip:127.0.0.1",
    "fingerprint:x",
    "scratchpad:x",
    "anonymous:true",
    "hidden_by:x",
    "Hidden_By:x",
    "upvoted_by:x",
    "upvoted by:x",
    "downvoted_by_id:1",
    "true_uploader:*",
    "deleted_by_user_id:1",
    "deletion_reason:*",
    # Signs on which the dialects differ.
    '"explicit"',
    '"a" || explicit',
    '"a',
    'a"',
    '"a, b"',
    '"score.gt:5"',
    '"a\\" || explicit',
    '""',
    '\u201cexplicit\u201d, "',
    "a\\",
    "a\\, explicit",
    "\\) || explicit || \\(",
    '\\"',
    "\\*",
    "score\\:5",
    "explicit^100",
    "a^2",
    "a^-1",
    "(a || b)^2",
    "^",
    "explicit~1",
    "safe~5",
    "expl~0.5",
    "score:5~2",
    "~",
    # Characters that nobody sees.
    "a\nexplicit",
    "a\n|| explicit",
    "a\r\n|| explicit",
    "a\t|| b",
    "a\v|| b",
    "a\x00b",
    "a\x1b[0m",
    "a\x7f",
    "a\x85b",
    "a\u202eb",
    "a\u202d || explicit",
    "a\u2066b\u2069",
    "a\u200eb",
    "a\u061cb",
    "a\u200bb",
    "ex\u200bplicit",
    "a\u200c|| b",
    "a\u200d",
    "a\u2060b",
    "a\ufeffb",
    "\ufeffa",
    "a\u00adb",
    "a\u2028b",
    "a\u2029b",
    "\ud800",
    "a\udfffb",
    "a\ue000b",
    "a\uffffb",
    "a\ufdd0b",
    "a\U000e0041b",
    "a\U000f0000",
    # More than a site should be asked.
    "x" * 501,
    "a, " * 200 + "b",
    ", ".join(f"t{n}" for n in range(33)),
    " || ".join(["a"] * 33),
    "(" * 9 + "a" + ")" * 9,
    "(" * 200 + "a" + ")" * 200,
    "-(" * 9 + "a" + ")" * 9,
    "(a || " * 9 + "b" + ")" * 9,
    "a*, b*, c*",
    "*a*b*",
    "?a?b?",
    "a***",
    "* || * || *",
    "(" * 250 + ")" * 250,
    # Values that no site reads.
    "score.gt:high",
    "created_at.gt:yesterday",
    "width:",
    "score.gt:1, id.lt:x",
]

#: Refused, or bound: which of the two depends on the dialect and is not the point.
REFUSED_OR_BOUND = [
    "a || explicit",
    "a ||explicit",
    "a|| explicit",
    "a||explicit",
    "a OR explicit",
    "a or explicit",
    "explicit OR safe",
    "safe OR explicit",
    "a && explicit",
    "a&&explicit",
    "a AND explicit",
    "a, explicit",
    "explicit",
    "suggestive || questionable || explicit",
    "*",
    "-safe",
    "!safe",
    "NOT safe",
    "--safe",
    "!!safe",
    "- -safe",
    "NOT -safe",
    "NOT NOT safe",
    "-(-safe)",
    "-(safe)",
    "-(safe || -safe)",
    "NOT(safe)",
    "-NOT safe",
    "a, -safe",
    "a,-safe",
    " -safe",
    "_-safe",
    "-explicit || explicit",
    "safe || -safe",
    "-(-explicit, -suggestive)",
    "-(safe, -explicit)",
    "-*",
    "-* || explicit",
    "* || explicit",
    "(safe, a) || explicit",
    "(explicit)",
    "((((((((explicit))))))))",
    "expl*",
    "expl?cit",
    "*plicit",
    "?xplicit",
    "s?fe || explicit*",
    "a (b) || explicit",
    "a (b || explicit)",
    "a ( b || explicit )",
    "rose (flower) || explicit",
    "(b || rose (flower)) || explicit",
    ":( || explicit",
    ":) || explicit",
    ":)",
    "x ANDROID",
    "x ORANGE explicit",
    "a ORexplicit",
    "aOR explicit",
    "aANDb || explicit",
    "ANDexplicit",
    "ORexplicit",
    "NOTsafe",
    "AND",
    "OR",
    "NOT",
    "NOT NOT",
    "a NOT safe",
    "a -safe",
    "a !safe",
    "a-safe",
    "my: faves",
    " my:faves",
    "Score.GT:100",
    "Score:5 || explicit",
    "score.gt:100 || explicit",
    "score.gte:-9999 || a",
    "score.lt:99999999999999999999",
    "score:0x1F",
    "score:010",
    "score:1_0",
    "id:1",
    "id.gte:0",
    "id.gte:0 || explicit",
    "faved_by:someone",
    "faved_by:someone || explicit",
    "faved_by_id:1",
    "gallery_id:1",
    "gallery_id:+1",
    "uploader:*",
    "uploader:* || explicit",
    "uploader:someone",
    "uploader_id:1",
    "source_url:*",
    "-source_url:*",
    "description:explicit",
    "description:* || a",
    "created_at.gt:2020",
    "created_at:3 days ago",
    "created_at.lte:1 fortnight ago",
    "first_seen_at.gte:1 second ago || explicit",
    "wilson_score.gte:0",
    "aspect_ratio:1.33 || explicit",
    "animated:false || explicit",
    "animated:true",
    "processed:true",
    "thumbnails_generated:false",
    "duplicate_id:1",
    "rating_tag_count:1",
    "file_name:x*",
    "tags:explicit",
    "namespaced_tags.name:explicit",
    "tags.name: explicit",
    "rating:explicit",
    "safe:explicit",
    "artist:a) || explicit",
    "artist:(a || explicit)",
    "oc:a:b:c",
    ":x",
    ":",
    "-",
    "!",
    "...",
    "a;b",
    "a=b",
    "a&filter_id=1",
    "a&del=1",
    "a#b",
    "a/../b",
    "a%0Ab",
    "a%29 || explicit",
    "a+b",
    "a@b",
    "{a}",
    "[a]",
    "<a>",
    "a`b",
    "a$b",
    "a' || explicit || '",
    "a'; DROP TABLE images; --",
    "\uff08explicit\uff09",
    "a\uff09 || explicit || \uff08b",
    "a\uff0cexplicit",
    "a\uff5c\uff5cexplicit",
    "\u2212safe",
    "\u2013safe",
    "\u00acsafe",
    "a\u3000OR\u3000explicit",
    "a\u00a0||\u00a0explicit",
    "a\u2003OR explicit",
    "\u017fafe",
    "\u0455afe",
    "\uff53\uff41\uff46\uff45",
    "-\u0455afe",
    "\u0130",
    "\u212a",
    "J\u030c",
    "\u03a3\u03a3",
    "\u0301a",
    "\u1100\u1161\u11a8",
    "\U0001f434 || explicit",
    "safe, -suggestive, -questionable, -explicit || explicit",
    f"{ALONE} || explicit",
    "foalcon",
    "foalcon || lolicon",
    "-(-foalcon)",
    "cub, explicit",
    "cub || a",
    "grimdark, torture",
    "gore, grotesque",
    "grimdark || gore",
    "semi-grimdark",
    "semi_grimdark || grotesque",
]


def test_there_are_as_many_attacks_as_were_asked_for() -> None:
    assert len({*REFUSED, *REFUSED_OR_BOUND}) >= 250


@pytest.mark.parametrize("text", REFUSED)
def test_an_attack_is_refused_with_its_place_and_what_to_do(text: str) -> None:
    for dialect in DIALECTS:
        for policy in POLICIES.values():
            try:
                sent = canonical(text, policy, dialect)
            except QueryError as error:
                assert_helpful(error, text)
                continue
            # The other site's servers forgive a few of these; bound they are all the same.
            assert dialect == "twibooru", sent
            assert check(text, policy, dialect)


@pytest.mark.parametrize("text", REFUSED_OR_BOUND)
@pytest.mark.parametrize("policy", POLICIES)
def test_an_attack_finds_nothing_unsafe(text: str, policy: str) -> None:
    for dialect in DIALECTS:
        check(text, POLICIES[policy], dialect)


@pytest.mark.parametrize("text", REFUSED[:12] + REFUSED_OR_BOUND[:30])
def test_an_attack_between_ordinary_words_finds_nothing_unsafe(text: str) -> None:
    for dialect in DIALECTS:
        for around in ("a, {}", "{}, a", "(a || {})", "-({})", "a || {}", "({}) || b", "-{}"):
            check(around.format(text), SAFE, dialect)


@pytest.mark.mass
def test_no_unsafe_post_is_found_by_random_queries() -> None:
    """The full count is `python -m tests.safety.fuzz --count 50000`."""
    run(500, seed=20_261_122)


@settings(max_examples=examples(150))
@given(st.text(max_size=60), st.sampled_from(DIALECTS))
def test_no_text_at_all_gets_out_of_its_brackets(text: str, dialect: Dialect) -> None:
    check(text, SAFE, dialect)


@settings(max_examples=examples(150))
@given(
    st.lists(st.sampled_from('ab(),-|!:*"\\^~ \n\u200b\u0301\uff08'), max_size=24).map("".join),
    st.sampled_from(DIALECTS),
    st.sampled_from(sorted(POLICIES)),
)
def test_no_row_of_signs_gets_out_of_its_brackets(text: str, dialect: Dialect, name: str) -> None:
    policy: Policy = POLICIES[name]
    check(text, policy, dialect)
