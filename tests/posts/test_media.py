"""The picture that is chosen is one that Discord can show (reference: boards, 1.5 and 4)."""

import pytest
from msgspec import UNSET

from bot.posts.media import MAX_ALT, Media, NoMedia, choose_media
from bot.posts.text import utf16_len

from .conftest import FOLDER, MakePost, sizes

VIEW = "https://cdn.example/img/view/2026/11/22/7"
PONES = "https://pones.example/file/7"


def chosen(choice: Media | NoMedia) -> Media:
    assert isinstance(choice, Media), choice
    return choice


@pytest.mark.parametrize(
    ("format_", "mime"),
    [
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("PNG", "IMAGE/PNG"),
        ("png", UNSET),
        (None, "image/jpeg"),
        (UNSET, "image/png"),
    ],
)
def test_a_picture_is_shown_large(make_post: MakePost, format_: object, mime: object) -> None:
    media = chosen(choose_media(make_post(format=format_, mime_type=mime)))
    assert media.url == f"{FOLDER}/large.png"
    assert (media.kind, media.video_url) == ("image", None)
    assert (media.width, media.height) == (2000, 1000)
    assert media.urls == (media.url,)


def test_a_small_picture_is_shown_as_the_site_lists_it(make_post: MakePost) -> None:
    listed = {"full": f"{VIEW}.png", "thumb": f"{FOLDER}/thumb.png"}
    assert chosen(choose_media(make_post(representations=listed))).url == f"{VIEW}.png"


def test_the_view_url_is_never_used(make_post: MakePost) -> None:
    """Reference: safety, 3.7: its file name carries tags."""
    choice = choose_media(make_post(representations={}))
    assert isinstance(choice, NoMedia)


@pytest.mark.parametrize("made", [False, None, UNSET])
@pytest.mark.parametrize("site", ["derpibooru", "ponybooru", "twibooru"])
def test_nothing_is_used_before_its_thumbnails_are_made(
    make_post: MakePost, site: str, made: object
) -> None:
    """Rule L12."""
    choice = choose_media(make_post(site=site, thumbnails_generated=made))
    assert isinstance(choice, NoMedia)
    assert choice.rule == "L12"


@pytest.mark.parametrize(
    ("format_", "mime", "media_type"),
    [
        ("png", "image/png", "paste"),
        ("png", "image/png", "hologram"),
        ("webp", "image/webp", "image"),
        ("avif", UNSET, "image"),
        ("", "", "image"),
        (None, None, "image"),
        (UNSET, UNSET, "image"),
        ("png", "video/webm", "image"),
        ("webm", "image/png", "image"),
        ("exe", "image/png", "image"),
        ("png", "text/html", "image"),
        (7, 8, "image"),
    ],
)
def test_unknown_media_is_none(
    make_post: MakePost, format_: object, mime: object, media_type: str
) -> None:
    post = make_post(format=format_, mime_type=mime, media_type=media_type)
    choice = choose_media(post)
    assert isinstance(choice, NoMedia)
    assert choice.rule == "safety 3.5 media type"


def test_a_moving_gif_keeps_moving(make_post: MakePost) -> None:
    post = make_post(
        format="gif",
        mime_type="image/gif",
        animated=True,
        representations=sizes("gif") | {"webm": f"{FOLDER}/full.webm", "mp4": f"{FOLDER}/full.mp4"},
    )
    media = chosen(choose_media(post))
    assert (media.kind, media.url) == ("animation", f"{VIEW}.gif")
    assert media.video_url == f"{FOLDER}/full.mp4"
    assert media.urls == (media.url, media.video_url)


def test_a_heavy_gif_is_shown_smaller(make_post: MakePost) -> None:
    post = make_post(
        format="gif",
        mime_type=UNSET,
        animated=UNSET,
        size=30_000_000,
        representations=sizes("gif") | {"webm": f"{FOLDER}/full.webm"},
    )
    media = chosen(choose_media(post))
    assert (media.kind, media.url) == ("animation", f"{FOLDER}/medium.gif")
    assert media.video_url == f"{FOLDER}/full.webm"


def test_a_gif_that_stands_still_is_a_picture(make_post: MakePost) -> None:
    post = make_post(format="gif", mime_type="image/gif", representations=sizes("gif"))
    media = chosen(choose_media(post))
    assert (media.kind, media.url) == ("image", f"{FOLDER}/large.gif")


def test_a_webm_shows_its_still_and_links_its_mp4(make_post: MakePost) -> None:
    """Reference: boards, 1.5: every size ends in `.webm`; the site's pages swap the ending."""
    post = make_post(format="webm", mime_type="video/webm", representations=sizes("webm"))
    media = chosen(choose_media(post))
    assert media.kind == "video"
    assert media.url == f"{FOLDER}/thumb.gif"
    assert media.video_url == f"{FOLDER}/large.mp4"


def test_a_swapped_ending_keeps_the_query(make_post: MakePost) -> None:
    listed = {"thumb": f"{FOLDER}/thumb.webm?v=1.0", "full": f"{VIEW}.webm"}
    media = chosen(choose_media(make_post(format="webm", mime_type=UNSET, representations=listed)))
    assert media.url == f"{FOLDER}/thumb.gif?v=1.0"
    assert media.video_url == f"{VIEW}.webm"


def test_an_mp4_with_listed_stills_uses_them(make_post: MakePost) -> None:
    """Reference: boards, 4: Twibooru's thumbs may be webp or jpeg."""
    listed = {"full": f"{VIEW}.mp4", "large": f"{FOLDER}/large.mp4", "thumb": f"{FOLDER}/t.webp"}
    post = make_post(site="twibooru", format="mp4", mime_type="video/mp4", representations=listed)
    media = chosen(choose_media(post))
    assert (media.kind, media.url) == ("video", f"{FOLDER}/t.webp")
    assert media.video_url == f"{VIEW}.mp4"


def test_a_video_without_any_size_has_no_still(make_post: MakePost) -> None:
    post = make_post(format="mp4", mime_type="video/mp4", representations={"full": f"{VIEW}.mp4"})
    choice = choose_media(post)
    assert isinstance(choice, NoMedia)
    assert choice.rule == "safety 4"


def test_a_video_whose_mp4_is_listed_links_it(make_post: MakePost) -> None:
    listed = sizes("webm") | {"mp4": f"{VIEW}/full.mp4"}
    post = make_post(format="webm", mime_type="video/webm", representations=listed)
    assert chosen(choose_media(post)).video_url == f"{VIEW}/full.mp4"


def test_a_video_may_have_only_its_still(make_post: MakePost) -> None:
    listed = {"thumb": f"{FOLDER}/t.jpeg"}
    media = chosen(
        choose_media(make_post(format="mp4", mime_type="video/mp4", representations=listed))
    )
    assert media.video_url is None


def test_an_svg_is_shown_rendered(make_post: MakePost) -> None:
    """Reference: boards, 1.5: view and representations are png."""
    listed = sizes("png") | {"large": f"{FOLDER}/large.svg"}
    post = make_post(format="svg", mime_type="image/svg+xml", representations=listed)
    assert chosen(choose_media(post)).url == f"{FOLDER}/medium.png"


def test_a_picture_listed_only_as_video_is_none(make_post: MakePost) -> None:
    assert isinstance(choose_media(make_post(representations=sizes("webm"))), NoMedia)


def test_addresses_that_do_not_pass_the_gate_are_passed_over(make_post: MakePost) -> None:
    listed = {
        "large": "http://cdn.example/x.png",
        "medium": "https://127.0.0.1/x.png",
        "tall": "/img/x.png",
        "full": "https://cdn.example/x.png",
    }
    media = chosen(choose_media(make_post(representations=listed)))
    assert media.url == "https://cdn.example/x.png"


def test_the_safe_pony_apis_addresses_are_used_as_given(make_post: MakePost) -> None:
    """Rule L13; its bodies have no thumbnail state."""
    post = make_post(
        site="ponyapi",
        format="png",
        thumbnails_generated=UNSET,
        representations={"full": f"{PONES}/full", "large": f"{PONES}/large"},
    )
    assert chosen(choose_media(post)).url == f"{PONES}/large"


def test_no_address_of_the_safe_pony_api_is_changed_or_formed(make_post: MakePost) -> None:
    """Rule L13."""
    changed = make_post(
        site="ponyapi",
        thumbnails_generated=UNSET,
        representations={"large": f"{PONES}/a b", "full": f"{PONES}/full"},
    )
    assert chosen(choose_media(changed)).url == f"{PONES}/full"
    formed = make_post(
        site="ponyapi",
        thumbnails_generated=UNSET,
        format="webm",
        mime_type="video/webm",
        representations=sizes("webm"),
    )
    assert isinstance(choose_media(formed), NoMedia)
    still = make_post(
        site="ponyapi",
        thumbnails_generated=UNSET,
        format="webm",
        mime_type="video/webm",
        representations=sizes("webm") | {"thumb": f"{FOLDER}/thumb.gif"},
    )
    assert chosen(choose_media(still)).video_url == f"{VIEW}.webm"


@pytest.mark.parametrize("pixels", [UNSET, None, 0, -1])
def test_unknown_pixels_are_unknown(make_post: MakePost, pixels: object) -> None:
    media = chosen(choose_media(make_post(width=pixels, height=pixels)))
    assert (media.width, media.height) == (None, None)


def test_the_alternative_text_names_artists_and_tags(make_post: MakePost) -> None:
    media = chosen(choose_media(make_post()))
    assert media.alt == "Picture by painter. Tags: pony, twilight sparkle"


@pytest.mark.parametrize(
    ("format_", "mime", "begins"),
    [("gif", "image/gif", "Animation by "), ("webm", "video/webm", "Still of a video by ")],
)
def test_the_alternative_text_says_what_moves(
    make_post: MakePost, format_: str, mime: str, begins: str
) -> None:
    post = make_post(
        format=format_,
        mime_type=mime,
        animated=True,
        representations=sizes(format_),
        tags=("safe",),
    )
    assert chosen(choose_media(post)).alt == f"{begins}an unnamed artist. Tags: none"


def test_the_alternative_text_is_harmless_and_short(make_post: MakePost) -> None:
    tags = ("artist:@everyone\n" + "x" * 3000, "explicit", "sex", "a\u202eb", "{artists}")
    alt = chosen(choose_media(make_post(tags=tags))).alt
    assert utf16_len(alt) <= MAX_ALT
    assert "@everyone" not in alt
    assert "\n" not in alt
    alt = chosen(choose_media(make_post(tags=tags[1:]))).alt
    assert alt == "Picture by an unnamed artist. Tags: ab, {artists}"


@pytest.mark.parametrize("ending", ["webm", "mp4"])
def test_on_twibooru_no_still_is_made_up(make_post: MakePost, ending: str) -> None:
    """Reference: boards, 1.5 and 4: other endings under the same name are Philomena's alone."""
    post = make_post(
        site="twibooru",
        format=ending,
        mime_type=f"video/{ending}",
        representations=sizes(ending),
    )
    choice = choose_media(post)
    assert isinstance(choice, NoMedia)
    assert "still" in choice.reason


@pytest.mark.parametrize("ending", ["png", "jpg", "jpeg", "webp", "gif"])
def test_on_twibooru_a_listed_picture_is_the_still(make_post: MakePost, ending: str) -> None:
    """Reference: boards, 4; the moving original is as listed too."""
    listed = sizes("webm") | {"thumb": f"{FOLDER}/thumb.{ending}"}
    post = make_post(site="twibooru", format="webm", mime_type="video/webm", representations=listed)
    media = chosen(choose_media(post))
    assert media.url == f"{FOLDER}/thumb.{ending}"
    assert media.video_url in listed.values()
