"""Followers of an announcement channel are shown what is fit for everybody alone (rule D6)."""

import pytest

from bot.messenger import Messenger
from bot.safety import Profile, Refusal, Verdict, Wishes, policy_for, verify
from tests.discord_loopback import LoopbackDiscord
from tests.messenger.conftest import NEWS_ID, MakeMessage, verified
from tests.ui.conftest import post_like


@pytest.mark.parametrize("tag", ["suggestive", "explicit", "questionable"])
async def test_a_message_with_anything_else_in_it_is_not_published(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage, tag: str
) -> None:
    policy = policy_for(Profile.FULL, Verdict.ADULT, Wishes(adult=True))
    mature = verify(post_like(id=9, tags=(tag, "pony", "artist:painter")), policy)
    assert not isinstance(mature, Refusal)
    await messenger.send(make_message(NEWS_ID, publish=True, posts=(verified(id=8), mature)))
    safe = await messenger.send(make_message(NEWS_ID, publish=True, nonce="abcdef-6"))

    await loopback.until(lambda: loopback.channels.published == [safe.message_id])
    assert sum(path.endswith("/crosspost") for path in loopback.paths("POST")) == 1
