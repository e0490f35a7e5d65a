"""Whatever matches in whatever order: a channel has one announcement of a picture."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bot.feeds.placing import Owed, Places
from bot.posts.model import Post
from bot.safety import Refusal
from bot.store import Announcement, Pictured, Rhythm, Status, Subscription

NOW = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
FEEDS = tuple(
    Subscription(
        id=number,
        guild_id=1,
        channel_id=5,
        site="derpibooru",
        rhythm=Rhythm.DAILY if number % 2 else Rhythm.EACH,
        since=NOW,
        created_at=NOW,
    )
    for number in range(1, 5)
)
SITES = ("derpibooru", "ponybooru", "twibooru")
REFUSED = Refusal("safety 3.5 rating", "no")

_OWED = st.builds(
    lambda site, number, feeds, refused: Owed(
        channel_id=5,
        post=Post(
            site=site,
            id=number,
            page_url="",
            media_hosts=frozenset(),
            first_seen_at=NOW + timedelta(minutes=number),
        ),
        subscriptions=tuple(FEEDS[index] for index in sorted(feeds)),
        refusal=REFUSED if refused else None,
    ),
    st.sampled_from(SITES),
    st.integers(1, 6),
    st.sets(st.integers(0, 3), min_size=1),
    st.booleans(),
)
#: What each post's picture is known by, beside itself.
_PICTURES = st.dictionaries(
    st.tuples(st.sampled_from(SITES), st.integers(1, 6)),
    st.sets(st.sampled_from(["sha512:a", "sha512:b", "sha512:c"]), max_size=2),
)


class _Outbox:
    """An outbox in memory, which is asked and told as the database is."""

    def __init__(self, pictures: dict[tuple[str, int], set[str]]) -> None:
        self.rows: dict[int, Announcement] = {}
        self.pictures = pictures

    def identities(self, site: str, post_id: int | None) -> set[str]:
        assert post_id is not None
        return {f"{site}:{post_id}", *self.pictures.get((site, post_id), ())}

    def keep(self, batch: list[Owed]) -> list[Announcement]:
        rows = list(self.rows.values())
        pictured = [
            Pictured(identity, row)
            for row in rows
            for identity in self.identities(row.site, row.post_id)
            if row.status not in {Status.HIDDEN, Status.DROPPED}
        ]
        places = Places(rows, pictured, {}, NOW)
        for owed in batch:
            places.put(owed, self.identities(owed.post.site, owed.post.id))
        for row in places.changed:
            self.rows[row.id] = row
        for row in places.added:
            number = len(self.rows) + 1
            self.rows[number] = structs.replace(row, id=number)
        return places.queued


@given(st.lists(st.lists(_OWED, max_size=5), max_size=6), _PICTURES)
def test_one_announcement_of_a_post_and_of_a_picture(
    batches: list[list[Owed]], pictures: dict[tuple[str, int], set[str]]
) -> None:
    outbox = _Outbox(pictures)
    wanted: dict[str, set[int]] = {}
    for batch in batches:
        outbox.keep(batch)
        for owed in batch:
            wanted.setdefault(owed.post.key, set()).update(one.id for one in owed.subscriptions)
        rows = list(outbox.rows.values())
        assert len({row.key for row in rows}) == len(rows)
        queued = [row for row in rows if row.status is Status.QUEUED]
        for row in queued:
            for other in queued:
                known = outbox.identities(row.site, row.post_id)
                same = known & outbox.identities(other.site, other.post_id)
                assert row is other or not same
        for row in rows:
            assert wanted[row.key] <= set(row.matched)
        # Every twin leads to what is announced, which names its feeds too.
        by_key = {row.key: row for row in rows}
        for row in rows:
            if row.status is Status.TWIN:
                first = by_key[row.reason]
                assert first.status is Status.QUEUED
                assert set(row.matched) <= set(first.matched)


@given(st.lists(_OWED, max_size=8), _PICTURES)
def test_what_is_kept_again_changes_nothing(
    batch: list[Owed], pictures: dict[tuple[str, int], set[str]]
) -> None:
    outbox = _Outbox(pictures)
    first = outbox.keep(batch)
    before = dict(outbox.rows)
    settled = [owed for owed in batch if owed.refusal is None]
    assert outbox.keep(settled) == []
    assert {row.key: row.status for row in outbox.rows.values()} == {
        row.key: row.status for row in before.values()
    }
    assert len(first) == sum(row.status is Status.QUEUED for row in before.values())
