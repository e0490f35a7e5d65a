"""`mailmare explain` says outside Discord what `/feed explain` says inside."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.demo.sites import Mode, SimulatedSites
from bot.exit_codes import Exit
from tests.sites.simulated import in_a_thread, lead_to, world

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def simulated() -> Iterator[SimulatedSites]:
    with in_a_thread() as sites:
        yield sites


@pytest.fixture
def run(simulated: SimulatedSites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    lead_to(simulated, tmp_path, monkeypatch)

    def invoke(site: str, post: object, query: str = "", *more: str) -> Result:
        options = ["explain", "--site", site, "--post", str(post), "--query", query, *more]
        return CliRunner().invoke(app, options)

    return invoke


def shown(site: str = "derpibooru", *, fit: bool = True) -> Any:
    """Return a post of the world that may be shown, or one that is questionable."""
    return next(
        one
        for one in world().posts(site).values()
        if (one.safe and not one.awkward if fit else one.awkward == "questionable")
    )


def body(simulated: SimulatedSites, path: str) -> Any:
    with urllib.request.urlopen(simulated.urls["derpibooru"] + path) as answer:  # noqa: S310
        return json.load(answer)


def test_a_post_is_asked_for_and_explained_term_by_term(run: Run) -> None:
    post = shown()
    tag = next(tag for tag in post.tags if tag.isalpha() and tag != "safe")
    found = run("derpibooru", post.id, f"{tag}, -(no such tag), faved_by:somepony", "--min-score=0")
    assert found.exit_code == 0, found.output
    assert f"derpibooru:{post.id}" in found.stdout
    assert f"  ✓ {tag}" in found.stdout
    assert "faved_by:somepony (only the site can say)" in found.stdout
    assert "The site says so" in found.stdout
    assert "the feed wants 0" in found.stdout
    assert "✓ It may be shown." in found.stdout


@pytest.mark.parametrize("site", ["twibooru", "ponyapi"])
def test_every_site_with_posts_is_understood(run: Run, site: str) -> None:
    found = run(site, shown(site).id, "safe" if site == "twibooru" else "")
    assert found.exit_code == 0, found.output
    assert "✓ The query matches." in found.stdout


def test_what_the_policy_keeps_back_is_named(run: Run) -> None:
    found = run("derpibooru", shown(fit=False).id)
    assert found.exit_code == 0, found.output
    assert "✗ It is not shown:" in found.stdout
    assert "safety 3.5 rating" in found.stdout


def test_an_age_restricted_channel_changes_nothing_where_the_profile_is_safe(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule D7."""
    post = shown(fit=False)
    assert "✗ It is not shown:" in run("derpibooru", post.id, "", "--adult").stdout
    monkeypatch.setenv("MAILMARE_PROFILE", "full")
    assert "✗ It is not shown:" in run("derpibooru", post.id).stdout
    assert "✓ It may be shown." in run("derpibooru", post.id, "", "--adult").stdout


def test_an_alias_is_understood_as_on_the_site(run: Run) -> None:
    post = shown()
    names = world().tags["derpibooru"].names_of
    alias = next(name for tag in post.tags for name in names(tag) if name not in post.tags)
    assert "✓ The query matches." in run("derpibooru", post.id, alias).stdout


def test_a_file_is_read_as_the_site_gives_a_post_or_without_its_envelope(
    run: Run, simulated: SimulatedSites, tmp_path: Path
) -> None:
    post = shown()
    given = body(simulated, f"/api/v1/json/images/{post.id}")
    asked = len(simulated.requests["derpibooru"])
    for number, content in enumerate((given, given["image"])):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(content))
        found = run("derpibooru", file, "safe")
        assert found.exit_code == 0, found.output
        assert "✓ The query matches." in found.stdout
    assert len(simulated.requests["derpibooru"]) == asked


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"image": {"id": "x"}}', b"\xff", b"1"])
def test_a_file_without_a_post_is_refused_with_its_reason(
    run: Run, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "post.json"
    file.write_bytes(content)
    found = run("derpibooru", file)
    assert found.exit_code == Exit.USAGE
    assert "post.json" in found.stderr


def test_what_is_wrong_is_told_with_its_status(run: Run, tmp_path: Path) -> None:
    for arguments, status, told in (
        (("nowhere", 1), Exit.USAGE, "derpibooru"),
        (("ponyaggregate", 1), Exit.USAGE, "no site"),
        (("derpibooru", tmp_path / "none.json"), Exit.USAGE, "cannot be read"),
        (("derpibooru", 1, "a, (b"), Exit.USAGE, "position"),
        (("derpibooru", 9_999_999_998), Exit.FAILED, ""),
        (("derpibooru", 99_999_999_999), Exit.USAGE, "digits"),
    ):
        found = run(*arguments)
        assert found.exit_code == status, arguments
        assert told in found.stderr


def test_a_site_that_is_to_be_left_alone_is_told_with_its_end(
    run: Run, simulated: SimulatedSites
) -> None:
    simulated.set_mode("twibooru", Mode(kind="429", retry_after="600"))
    try:
        found = run("twibooru", shown("twibooru").id)
    finally:
        simulated.set_mode("twibooru")
    assert found.exit_code == Exit.UNAVAILABLE
    assert "Not before" in found.stderr
