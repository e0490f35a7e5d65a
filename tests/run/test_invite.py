"""The invitation address."""

from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from bot.invite import (
    PERMISSIONS,
    application_id_from_token,
    invitation,
    permission_number,
)
from tests.discord_loopback import APPLICATION_ID, TOKEN


def test_the_address_asks_for_the_scopes_and_permissions_of_the_table_alone() -> None:
    parts = urlsplit(invitation(APPLICATION_ID))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "discord.com", "/oauth2/authorize")
    query = parse_qs(parts.query)
    assert query["client_id"] == [str(APPLICATION_ID)]
    assert set(query["scope"][0].split()) == {"bot", "applications.commands"}
    asked = discord.Permissions(int(query["permissions"][0]))
    assert {name for name, on in asked if on} == {
        "view_channel",
        "read_messages",
        "send_messages",
        "embed_links",
        "read_message_history",
        "send_messages_in_threads",
    } & {name for name, _ in asked}


def test_each_permission_is_named_as_discord_names_it_and_has_a_reason() -> None:
    for permission in PERMISSIONS:
        assert permission.reason
        flag = permission.name.lower().replace(" ", "_")
        assert getattr(discord.Permissions, flag).flag == permission.value
    assert permission_number() == sum(permission.value for permission in PERMISSIONS)
    assert not discord.Permissions(permission_number()).administrator


@pytest.mark.parametrize("number", [0, -1, 2**63])
def test_a_number_that_is_no_id_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="application id"):
        invitation(number)


def test_a_token_tells_its_application_without_asking_discord() -> None:
    assert application_id_from_token(TOKEN) == APPLICATION_ID
    for wrong in ("", "é.x.y", "bm90LWEtbnVtYmVy.x.y", "*.x.y"):
        assert application_id_from_token(wrong) is None
