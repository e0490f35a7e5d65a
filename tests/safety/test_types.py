"""A post without credit cannot be rendered: the type checker says so (rule L1, safety 3.6)."""

import importlib.util
import textwrap
from pathlib import Path

from mypy import api

ROOT = Path(__file__).parents[2]

GOOD = """
    from bot.posts.credit import Credit
    from bot.posts.media import Media
    from bot.posts.model import Post
    from bot.safety import SAFE, Refusal, VerifiedPost, verify

    def render(post: VerifiedPost) -> Credit:
        return post.credit

    def shown(post: Post) -> Credit | Refusal:
        verified = verify(post, SAFE)
        if isinstance(verified, Refusal):
            return verified
        return render(verified)
"""
# Each line is wrong, and for the reason that stands beside it.
BAD = """
    def wrong(post: Post, media: Media) -> None:
        render(post)  # arg-type
        render(verify(post, SAFE))  # arg-type
        render(None)  # arg-type
        VerifiedPost(post=post, media=media)  # call-arg
        VerifiedPost(object(), post=post, credit=None, media=media)  # arg-type call-arg
"""
RENDERER = """
    from bot.ui.embeds import post_embed
    from bot.ui.gallery import gallery

    def wrong_renderer(post: Post) -> None:
        post_embed(post)  # arg-type
        post_embed(verify(post, SAFE))  # arg-type
        gallery([post])  # list-item
        gallery([verify(post, SAFE)])  # list-item

    def right_renderer(post: VerifiedPost) -> None:
        post_embed(post)
        gallery([post, post])
"""


def test_a_renderer_takes_nothing_but_a_verified_post(tmp_path: Path) -> None:
    """Rules L1 and L2: no picture without its credit, whatever the author of a command forgets."""
    source = textwrap.dedent(GOOD) + textwrap.dedent(BAD)
    if importlib.util.find_spec("bot.ui.embeds") is not None:
        source += textwrap.dedent(RENDERER)
    snippet = tmp_path / "snippet.py"
    snippet.write_text(source)

    output, errors, status = api.run(
        [
            str(snippet),
            f"--config-file={ROOT / 'pyproject.toml'}",
            "--no-pretty",
            "--hide-error-context",
            "--no-error-summary",
            # The one that `make check` fills: reading it takes a second, filling it many.
            f"--cache-dir={ROOT / '.mypy_cache'}",
        ]
    )

    assert errors == ""
    assert status == 1
    found: dict[int, set[str]] = {}
    for line in output.splitlines():
        if ": error: " not in line:
            continue
        place, code = line.rsplit("[", 1)
        found.setdefault(int(place.split(":")[1]), set()).add(code.rstrip("]"))
    expected = {
        number: set(comment.split())
        for number, line in enumerate(source.splitlines(), 1)
        if (comment := line.partition("  # ")[2])
    }
    assert found == expected, output
    assert 'Missing named argument "credit" for "VerifiedPost"' in output
