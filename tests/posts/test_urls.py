"""Only addresses that Discord takes pass the gate (reference: safety, 4; rule L3)."""

import re
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.posts.urls import MAX_URL, gate, host_of, is_plain_http, path_of, readable, upgrade

PASSED = [
    ("https://derpibooru.org/images/1", "https://derpibooru.org/images/1"),
    ("https://derpibooru.org", "https://derpibooru.org"),
    ("  https://a.example/x ", "https://a.example/x"),
    ("HTTPS://A.Example/X", "https://a.example/X"),
    ("https://a.example:443/x", "https://a.example/x"),
    ("https://a.example:/x", "https://a.example/x"),
    ("https://a.example./x", "https://a.example/x"),
    ("https://a.example/a b", "https://a.example/a%20b"),
    ('https://a.example/<>"`', "https://a.example/%3C%3E%22%60"),
    ("https://a.example/a\\b", "https://a.example/a%5Cb"),
    ("https://a.example/{x}|^", "https://a.example/%7Bx%7D%7C%5E"),
    ("https://a.example/[x]", "https://a.example/%5Bx%5D"),
    ("https://a.example/100%", "https://a.example/100%25"),
    ("https://a.example/%zz%2F", "https://a.example/%25zz%2F"),
    ("https://a.example/%20", "https://a.example/%20"),
    ("https://a.example/\u5c0f", "https://a.example/%E5%B0%8F"),
    ("https://a.example/\U0001f434", "https://a.example/%F0%9F%90%B4"),
    ("https://a.example/x\u202ey", "https://a.example/x%E2%80%AEy"),
    ("https://a.example?q=1&r=a b", "https://a.example?q=1&r=a%20b"),
    ("https://a.example/?q=a?b", "https://a.example/?q=a?b"),
    ("https://a.example/x#y z", "https://a.example/x#y%20z"),
    ("https://a.example/x#y#z", "https://a.example/x#y%23z"),
    ("https://a.example#y", "https://a.example#y"),
    ("https://b\u00fccher.example/x", "https://xn--bcher-kva.example/x"),
    ("https://\u5c0f\u9a6c.example/", "https://xn--yet446l.example/"),
    ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
    ("https://\uff41.example/", "https://a.example/"),
    ("https://a\u3002example/", "https://a.example/"),
    ("https://a.example/@user", "https://a.example/@user"),
    ("https://a.example/x;y=1,2!$'()*", "https://a.example/x;y=1,2!$'()*"),
    (
        "https://web.archive.org/web/2011/http://x.example:80/art",
        "https://web.archive.org/web/2011/http://x.example:80/art",
    ),
    ("https://a.b.c.d.example/", "https://a.b.c.d.example/"),
    ("https://1.2.3.4.example/", "https://1.2.3.4.example/"),
    ("https://a.0x.example/", "https://a.0x.example/"),
]

REFUSED = [
    "",
    " ",
    "https://",
    "https:///x",
    "https:a.example",
    "https:/a.example/x",
    "//a.example/x",
    "/img/x.png",
    "a.example/x",
    "http://a.example/x",
    "ftp://a.example/x",
    "javascript:alert(1)",
    "data:image/png;base64,AA",
    "file:///etc/passwd",
    "discord://x.example",
    "https\u200b://a.example",
    "xhttps://a.example",
    "https://localhost/x",
    "https://intranet/x",
    "https://127.0.0.1/x",
    "https://10.0.0.1",
    "https://2130706433/",
    "https://a.2130706433/",
    "https://0x7f.0x0.0x0.0x1/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://1.2.3.4./",
    "https://\uff11\uff12\uff17.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[x/",
    "https://user@a.example/",
    "https://user:pass@a.example/",
    "https://a.example@evil.example/",
    "https://a.example:8443/",
    "https://a.example:80/",
    "https://a.example:x/",
    "https://a.example:443:443/",
    "https://a.example\\@evil.example/",
    "https://a.example\\.evil.example/",
    "https://a%2eexample/",
    "https://a b.example/",
    "https://a<b.example/",
    "https://a_b.example/",
    "https://-a.example/",
    "https://a-.example/",
    "https://.example/",
    "https://a..example/",
    "https://a.example../",
    "https://./",
    "https://xn--a.example/",
    "https://a\u200d.example/",
    "https://a\u202e.example/",
    "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 130 + "example/",
    "https://a.example/x\ny",
    "https://a.example/x\n",
    "https://a.example/x\ry",
    "https://a.example/x\ty",
    "https://a.example/\x00",
    "https://a.example/\x7f",
    "https://a.example/\x85",
    "https://a.exa\nmple/",
    "https://a.example/\ud800",
    "https://a.example/" + "x" * 2048,
    "https://a.example/" + "\u5c0f" * 300,
]


@pytest.mark.parametrize(("url", "gated"), PASSED)
def test_a_good_address_passes_in_its_plainest_form(url: str, gated: str) -> None:
    assert gate(url) == gated
    assert gate(gated) == gated


@pytest.mark.parametrize("url", REFUSED)
def test_a_bad_address_becomes_text(url: str) -> None:
    assert gate(url) is None


def test_the_longest_address_is_2048_characters() -> None:
    base = "https://a.example/"
    assert gate(base + "x" * (MAX_URL - len(base))) is not None
    assert gate(base + "x" * (MAX_URL - len(base) + 1)) is None


@pytest.mark.parametrize(
    ("url", "https"),
    [
        ("http://a.example/x?y#z", "https://a.example/x?y#z"),
        ("HTTP://A.example:80/x", "https://a.example/x"),
        ("https://a.example/x", "https://a.example/x"),
        ("http://a.example:8080/x", None),
        ("http://a.example:443/x", None),
        ("http://", None),
        ("http://127.0.0.1/", None),
        ("just text", None),
    ],
)
def test_http_is_linked_as_https_to_the_same_host_and_path(url: str, https: str | None) -> None:
    """Rule L3."""
    assert upgrade(url) == https


def test_plain_http_is_known_by_its_scheme() -> None:
    assert is_plain_http(" HTTP://a.example")
    assert not is_plain_http("https://a.example")
    assert not is_plain_http("a http://a.example")


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://a.example", "a.example", ""),
        ("https://a.example/x/y.png?z=/q", "a.example", "/x/y.png"),
        ("https://a.example?z=/q", "a.example", ""),
        ("https://a.example#/q", "a.example", ""),
        ("https://a.example/x#?y", "a.example", "/x"),
    ],
)
def test_host_and_path_of_a_gated_address(url: str, host: str, path: str) -> None:
    assert (host_of(url), path_of(url)) == (host, path)


HOSTS = st.one_of(
    st.sampled_from(
        ["a.example", "b\u00fccher.example", "127.0.0.1", "a.example:443", "x@a.example"]
    ),
    st.text(st.sampled_from("aB.-_:@\\%[]/0x1\u00e9\uff0e"), max_size=12),
)
URLS = st.one_of(
    st.builds("{}://{}{}".format, st.sampled_from(["https", "http", "HtTpS"]), HOSTS, st.text()),
    st.builds("https://a.example/{}".format, st.text()),
    st.builds("https://a.example{}".format, st.text(st.sampled_from('/?#%2fF \\<>"`@:[]\u5c0f'))),
    st.text(),
)


@given(URLS)
def test_whatever_comes_in_only_addresses_that_all_parsers_read_alike_come_out(url: str) -> None:
    for gated in (gate(url), upgrade(url)):
        if gated is None:
            continue
        assert len(gated) <= MAX_URL
        assert re.fullmatch(r"https://[a-z0-9.-]+(/[!-~]*|[?#][!-~]*)?", gated)
        assert not set(gated) & set(' <>"`\\{}|^[]')
        parts, parsed = urlsplit(gated), URL(gated, encoded=True)
        assert parts.scheme == parsed.scheme == "https"
        assert parts.hostname == parsed.raw_host == host_of(gated)
        assert parts.path == path_of(gated)
        assert parts.port is None
        assert parts.username is None
        assert gate(gated) == gated


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("https://a.example/x/", "a.example/x"),
        ("https://m\u00fcnchen.example/\u00e4?x=%20a", "m\u00fcnchen.example/\u00e4?x=%20a"),
        ("https://\u043f\u043e\u043d\u0438.example/", "\u043f\u043e\u043d\u0438.example"),
        ("https://a.example/a%2Fb%5D%28", "a.example/a%2Fb%5D%28"),
        ("https://a.example/%E2%80%AEx", "a.example/%E2%80%AEx"),
        ("https://a.example/%ff", "a.example/%ff"),
        ("https://a.example/\u05e9\u05dc", "a.example/%D7%A9%D7%9C"),
    ],
)
def test_a_label_has_letters_instead_of_codes(url: str, label: str) -> None:
    assert readable(upgrade(url) or "") == label


@pytest.mark.parametrize(
    "host",
    [
        "\u0430\u0440\u0440\u04cf\u0435.com",  # All letters pass for Latin ones.
        "p\u0430ypal.com",
        "\u0261oogle.com",
        "\u05e9\u05dc\u05d5\u05dd.example",
    ],
)
def test_a_host_that_could_be_mistaken_stays_in_punycode(host: str) -> None:
    assert readable(upgrade(f"https://{host}/x") or "").startswith("xn--")
