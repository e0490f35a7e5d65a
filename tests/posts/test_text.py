"""Text of strangers is harmless wherever it stands (reference: safety, 4)."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.posts.text import inline_code, masked_link, plain_text, safe_text, utf16_len

ESCAPED = re.compile(r"\\[^0-9A-Za-z\s]")
LIVE = re.compile(r"[\\*_~`|<>#\[\]():@/]|^[-+]|^[0-9]+\.")
LIMIT = 400

# What each hostile text must not leave behind, whoever renders it.
HOSTILE = [
    "[click](https://evil.example)",
    "[a](https://a.example) [b](https://b.example)",
    "[a\nb](https://a.example)",
    "[a](<https://a.example>)",
    "https://evil.example/*bold*/_x_",
    "see http://evil.example now",
    "HTTPS://EVIL.example",
    "steam://run/1 discord://x",
    "discord.gg/abcdef",
    "<https://evil.example>",
    "<@1234> <@!1234>",
    "<@&1234>",
    "<#1234>",
    "</pony random:1234>",
    "<t:1700000000:R>",
    "<:name:1234>",
    "<a:name:1234>",
    "<id:customize>",
    "<+123456789>",
    "<someone@example.com>",
    "@everyone",
    "@here",
    "@EVERYONE and @Here",
    "@\u200beveryone",
    "\u202e@everyone",
    "**bold** __under__ *it* _it_",
    "~~gone~~",
    "||spoiler||",
    "`code`",
    "```py\ncode\n```",
    "# Heading",
    "### Heading",
    "-# small",
    "- item",
    "+ item",
    "* item",
    "1. item",
    "12345. item",
    "> quote",
    ">>> quote",
    "text\n# heading\n> quote\n- item",
    "\\[a](https://a.example)",
    "\\\\[a](https://a.example)",
    "ends with \\",
    "[![x](https://a.example)](https://b.example)",
    "a\\\n*b*",
    "\u2028# heading",
    "x\u0085- item",
    "http\u200b://evil.example",
    "\uff3ba\uff3d(https://a.example)",
]


def dead(text: str) -> str:
    """Return what of `text` Discord would still read as markup."""
    return "".join(LIVE.findall(ESCAPED.sub("x", text)))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_markup_survives(text: str) -> None:
    safe = safe_text(text, LIMIT)
    assert dead(safe) == ""
    assert "\n" not in safe
    for live in ("](", "<@", "<#", "</", "<t:", "<:", "<a:", "://", "@everyone", "@here"):
        assert live not in safe.lower()


@pytest.mark.parametrize("text", HOSTILE)
def test_nobody_is_mentioned_from_plain_text(text: str) -> None:
    plain = plain_text(text, LIMIT).lower()
    assert "@everyone" not in plain
    assert "@here" not in plain
    assert "\n" not in plain


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("sci-twi", "sci-twi"),
        ("twilight sparkle", "twilight sparkle"),
        ("artist:k-anon", "artist\\:k-anon"),
        ("foo_bar", "foo\\_bar"),
        ("1.5", "1\\.5"),
        ("v1.5", "v1.5"),
        (".5", ".5"),
        ("-.-", "\\-.-"),
        ('don\'t "panic"!', 'don\'t "panic"!'),
        ("  a \t\r\n b  ", "a b"),
        ("a\u3000\u00a0b", "a b"),
        ("a\x00\x1b[31mb", "a\\[31mb"),
        ("a\u202eb\u2066c\u200fd", "abcd"),
        ("so\u00adft", "soft"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\U000e0041tag", "tag"),
        ("\ue000private", "private"),
        ("\ufffe\ufdd0\U0001ffffnon", "non"),
        ("\u3164\u115f\u2800", ""),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("e\u0301", "\u00e9"),
        ("z" + "\u0335" * 50, "z" + "\u0335" * 4),
        ("\U0001f434", "\U0001f434"),
        ("\u5c0f\u9a6c", "\u5c0f\u9a6c"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_text_is_cleaned(text: str, safe: str) -> None:
    assert safe_text(text, LIMIT) == safe


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "abcd\u2026"),
        ("abcdef", 1, "\u2026"),
        ("abcdef", 0, ""),
        ("abcdef", -3, ""),
        ("ab cd", 4, "ab\u2026"),
        ("a*bcd", 4, "a\\*\u2026"),
        ("a**", 4, "a\\*\u2026"),
        ("a*b", 3, "a\u2026"),
        ("\U0001f434\U0001f434", 3, "\U0001f434\u2026"),
        ("\U0001f434\U0001f434", 2, "\u2026"),
        ("\U0001f44b\U0001f3fd!!", 4, "\u2026"),
        ("\U0001f1eb\U0001f1f7\U0001f1eb\U0001f1f7", 7, "\U0001f1eb\U0001f1f7\u2026"),
        ("x\u0323\u0307yz", 3, "\u1e8b\u0323\u2026"),
        ("x\u0323\u0307yz", 2, "\u2026"),
    ],
)
def test_text_is_cut_between_whole_characters(text: str, limit: int, cut: str) -> None:
    assert safe_text(text, limit) == cut


@pytest.mark.parametrize(
    ("text", "limit", "code"),
    [
        ("http://a.example/*x*", 100, "`http://a.example/*x*`"),
        ("a`b``c", 100, "`a'b''c`"),
        ("abc", 4, "`a\u2026`"),
        ("abc", 2, ""),
        ("\n", 100, ""),
    ],
)
def test_inline_code_cannot_be_left(text: str, limit: int, code: str) -> None:
    assert inline_code(text, limit) == code


def test_a_masked_link_holds_its_label_and_its_target() -> None:
    link = masked_link("x](https://evil.example)", "https://a.example/b(c)")
    assert link == "[x\\]\\(https\\:\\/\\/evil.example\\)](https://a.example/b%28c%29)"


def test_a_masked_links_label_yields_before_its_target() -> None:
    url = "https://a.example/"
    assert masked_link("a long label", url, len(url) + 8) == f"[a l\u2026]({url})"
    assert masked_link("label", url, len(url) + 4) == ""
    assert masked_link("\u200b", url) == ""


def test_length_is_counted_in_utf16() -> None:
    assert utf16_len("a\u00e9\u5c0f\U0001f434") == 5


def test_an_endless_text_costs_no_more_than_a_long_one() -> None:
    assert utf16_len(safe_text("\u200b" * 5_000_000 + "x", 100)) <= 100


MARKUP_HEAVY = st.text(
    alphabet=st.sampled_from("\\*_~`|<>#[]():@/-+1.ea \n\u200b\u0301\U0001f434\U0001f1eb\ud800"),
    max_size=60,
)
ANY_TEXT = st.one_of(
    MARKUP_HEAVY,
    st.text(max_size=60),
    st.lists(st.sampled_from(HOSTILE), max_size=3).map("".join),
    st.text(st.characters(categories=["Cs", "Cf", "Cc", "Mn", "Nd", "Po"]), max_size=20),
)


@given(ANY_TEXT, st.integers(-1, 120))
@example("@\u00adeveryone", 40)
def test_whatever_comes_in_nothing_live_and_nothing_long_comes_out(text: str, limit: int) -> None:
    safe = safe_text(text, limit)
    assert utf16_len(safe) <= max(limit, 0)
    assert len(safe.encode("utf-16-le")) == 2 * utf16_len(safe)
    assert dead(safe) == ""
    assert "@everyone" not in safe.lower()
    assert "@here" not in safe.lower()
    assert {unicodedata.category(character) for character in safe}.isdisjoint(
        {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    )
    assert safe == safe.strip(" ")
    assert "  " not in safe


@given(ANY_TEXT, st.integers(0, 80))
def test_inline_code_is_one_span_within_its_limit(text: str, limit: int) -> None:
    code = inline_code(text, limit)
    assert utf16_len(code) <= limit
    assert code == "" or re.fullmatch("`[^`\n]+`", code)


@given(ANY_TEXT)
def test_joined_to_other_text_it_still_starts_no_markup(text: str) -> None:
    assert dead("x " + safe_text(text, 200) + " y") == ""


@given(text=st.text(st.characters(max_codepoint=127)), limit=st.integers(0, 60))
def test_plain_letters_come_out_as_they_do_among_others(text: str, limit: int) -> None:
    for made in (plain_text, safe_text):
        assert made(f"x{text}x", 10_000) == made(f"\u00e9x{text}x", 10_000)[1:]
        assert made(f"x{text}x", limit + 1) == made(f"\u00e9x{text}x", limit + 2)[1:]
