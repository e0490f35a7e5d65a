"""What a body gives as an address is that one, on its own host, or refused (boards, 1.5)."""

import pytest
from msgspec import UNSET

from bot.sites import CATALOGUE, BadResponse
from bot.sites.decode import absolute, link, representations

SITE = CATALOGUE["derpibooru"]


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("https://derpicdn.net/img/1.png", "https://derpicdn.net/img/1.png"),
        ("http://derpicdn.net/img/a b.png", "https://derpicdn.net/img/a b.png"),
        ("//derpicdn.net/img/1.png?2", "https://derpicdn.net/img/1.png?2"),
        (" https://derpicdn.net/1.png", "https://derpicdn.net/1.png"),
        ("https://derpicdn.net?1", "https://derpicdn.net?1"),
        ("/img/1.png", "https://derpibooru.org/img/1.png"),
        ("img/1.png?a=//b", "https://derpibooru.org/img/1.png?a=//b"),
    ],
)
def test_an_address_is_https_on_its_own_host_or_on_the_sites(given: str, read: str) -> None:
    assert absolute(given, SITE, "image.view_url") == read
    assert link(given, SITE) == read


@pytest.mark.parametrize(
    "given",
    [
        "https://?x", "HTTP://?x", " https://?x", "https://#x", "https://", "https:///x", "https:x",
        "https:?x", "//?x", "//#x", "//", "///x", "////derpicdn.net/x", " //?x", "https://:443/x",
        "//:443/x", "https://somebody@", "https://@/x", "data:image/png;base64,x", "java\\script:x",
    ],
)  # fmt: skip
def test_an_address_without_a_host_is_not_taken_for_the_sites_own(given: str) -> None:
    with pytest.raises(BadResponse) as refused:
        absolute(given, SITE, "image.view_url")
    assert refused.value.field == "image.view_url"
    assert link(given, SITE) is None
    with pytest.raises(BadResponse):
        representations({"full": given}, SITE, "image.representations")


def test_no_address_is_none() -> None:
    assert (link("", SITE), link(None, SITE), link(UNSET, SITE)) == (None, None, UNSET)
