"""PonyAggregate's client against the simulated site (seed S0; boards, 4b)."""

from datetime import timedelta

import pytest

from bot.clock import SYSTEM_CLOCK
from bot.demo.sites import SimulatedSites
from bot.demo.sites.keys import LOGIN, PONYAGGREGATE_KEY, TURNSTILE_TOKEN
from bot.demo.world_archive import KEEPER, VIDEOS
from bot.secret import Secret
from bot.sites import (
    BadQuery,
    KeyRefused,
    NeedsBrowser,
    NotFound,
    PonyAggregate,
    Refused,
)
from bot.sites.ponyaggregate import (
    Revision,
    SubmissionList,
    SubmissionType,
)
from bot.sites.ponyaggregate_routes import ROUTES
from tests.sites.archive import FAVOURITES, PMV


async def test_the_key_belongs_to_somebody(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    user = await archive.users_me()
    assert user.id == KEEPER
    assert user.username
    assert user.body["role"] == "user"
    (request,) = simulated.requests["ponyaggregate"]
    assert (request.method, request.path) == ("POST", "/api/users/me")
    assert request.headers["Authorization"] == f"Bearer {PONYAGGREGATE_KEY}"


async def test_l8_d9_login_returns_the_cookie_and_its_end_and_stores_nothing(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    name, password = LOGIN
    session = await archive.login(name, Secret(password), turnstile=TURNSTILE_TOKEN)
    assert (session.name, session.value.reveal()) == ("session", "demo-session")
    assert "demo-session" not in repr(session)
    assert session.expires is not None
    assert timedelta(days=115) < session.expires - SYSTEM_CLOCK.now() < timedelta(days=125)
    assert "Authorization" not in simulated.requests["ponyaggregate"][0].headers
    await archive.users_me()
    assert all("Cookie" not in one.headers for one in simulated.requests["ponyaggregate"])
    with pytest.raises(Refused):
        await archive.login(name, Secret("wrong password"), turnstile=TURNSTILE_TOKEN)
    with pytest.raises(NeedsBrowser):
        await archive.login(name, Secret(password))


async def test_a_submission_is_made_revised_and_deleted(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    made = await archive.submission_new(PMV)
    assert isinstance(made, int)
    kept = simulated.world.archive.submissions[made].fields
    assert kept["submissionType"] == "Animation"
    assert kept["originalDate"] == 1577836800
    await archive.submission_revise(made, Revision(name="Another name"))
    assert simulated.world.archive.submissions[made].fields["name"] == "Another name"
    assert simulated.world.archive.submissions[made].fields["description"] == "A video."
    await archive.submission_delete(made)
    with pytest.raises(NotFound):
        await archive.submission_delete(made)


async def test_somebody_elses_submission_is_refused_and_the_key_goes_on(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    """Rule L8: a 403 that the document explains says nothing against the key."""
    made = await archive.submission_new(PMV)
    assert isinstance(made, int)
    simulated.world.archive.submissions[made].owner = KEEPER + 1
    with pytest.raises(Refused) as caught:
        await archive.submission_delete(made)
    assert not isinstance(caught.value, KeyRefused)
    assert simulated.requests["ponyaggregate"][-1].path == "/api/users/me"
    assert (await archive.users_me()).id == KEEPER


async def test_l1_an_import_from_derpibooru_credits_the_artists_and_not_the_uploader(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    post = next(
        post
        for post in simulated.world.posts("derpibooru").values()
        if any(tag.startswith("artist:") for tag in post.tags) and post.uploader and not post.hidden
    )
    imported = await archive.import_derpibooru(post.id)
    found = imported.submission
    assert found.creator_name == post.uploader
    names = [artist.name for artist in found.artists]
    assert names
    assert [f"artist:{name}" for name in names if f"artist:{name}" in post.tags]
    assert found.source == f"https://derpibooru.org/images/{post.id}"
    assert found.original_date == post.created_at.replace(microsecond=0)
    assert found.thumbnail
    submission = imported.as_submission()
    assert submission.creator == ", ".join(names)
    assert post.uploader not in str(submission.creator).split(", ")
    assert submission.attachments == (imported.attachment.uuid,)
    made = await archive.submission_new(submission)
    assert made in simulated.world.archive.submissions
    with pytest.raises(NotFound):
        await archive.import_derpibooru(9_999_999_999)


async def test_an_import_from_ponytube_keeps_whoever_published_it(archive: PonyAggregate) -> None:
    video, known = next(iter(VIDEOS.items()))
    imported = await archive.import_ponytube(video)
    assert imported.submission.type is SubmissionType.VIDEO
    assert imported.as_submission().creator == known.uploader
    assert await archive.submission_new(imported.as_submission()) is not None
    with pytest.raises(NotFound):
        await archive.import_ponytube("unknown")


async def test_lists_are_made_edited_filled_and_shared(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    made = await archive.submission_new(PMV)
    assert isinstance(made, int)
    listed = await archive.list_new(FAVOURITES)
    assert isinstance(listed, int)
    known = simulated.world.archive.lists[listed]
    await archive.list_edit(listed, SubmissionList(name="Best", public=True))
    assert (known.fields["name"], known.fields["public"]) == ("Best", True)
    await archive.list_add(listed, [made])
    assert known.submissions == [made]
    await archive.list_remove(listed, [made])
    assert known.submissions == []
    friend = (await archive.users_me()).username
    assert friend
    await archive.collaborators_add(listed, [friend])
    assert known.collaborators == [friend]
    await archive.collaborators_remove(listed, [friend])
    assert known.collaborators == []
    with pytest.raises(BadQuery, match="nobody"):
        await archive.collaborators_add(listed, ["nobody"])
    with pytest.raises(NotFound):
        await archive.list_add(999_999, [made])


async def test_l15_a_token_is_passed_on_where_given_and_never_made_up(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    simulated.ponyaggregate.demands_turnstile = True
    with pytest.raises(NeedsBrowser, match="browser") as caught:
        await archive.submission_new(PMV)
    assert "ponyaggregate.com" in caught.value.message
    assert await archive.submission_new(PMV, turnstile=TURNSTILE_TOKEN) is not None
    assert (await archive.users_me()).id == KEEPER


def test_every_route_of_the_document_has_its_method() -> None:
    assert len(ROUTES) == 15
    assert all(callable(getattr(PonyAggregate, route.call)) for route in ROUTES)
