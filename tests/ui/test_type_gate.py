"""A post that was not verified cannot become an embed: the type checker says so (rule L1)."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = """
from bot.posts.model import Post
from bot.safety import Refusal, VerifiedPost
from bot.ui.embeds import post_embed

def good(post: VerifiedPost) -> None:
    post_embed(post)

def not_verified(post: Post) -> None:
    post_embed(post)  # not verified

def refused(post: VerifiedPost | Refusal) -> None:
    post_embed(post)  # perhaps refused

def without_credit(post: VerifiedPost) -> None:
    post.credit = None

class Forged(VerifiedPost):
    pass
"""


def test_only_a_verified_post_can_be_rendered(tmp_path: Path) -> None:
    file = tmp_path / "attempt.py"
    file.write_text(CODE)
    # With the project's own configuration, and so with what it has checked already.
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", "--hide-error-context", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    numbers = re.findall(rf"{re.escape(file.name)}:(\d+): error", checked.stdout)
    wrong = [CODE.splitlines()[int(number) - 1].strip() for number in numbers]

    assert wrong == [
        "post_embed(post)  # not verified",
        "post_embed(post)  # perhaps refused",
        "post.credit = None",
        "class Forged(VerifiedPost):",
    ], checked.stdout + checked.stderr
