"""Who and what there is on the loopback Discord, as Discord describes it."""

import json
from typing import Any

from aiohttp import web

APPLICATION_ID = 1100000000000000001
GUILD_ID = 1100000000000000100
CHANNEL_ID = 1100000000000000200
USER_ID = 1100000000000000300
#: Shaped as Discord's are; its first part is the Base64 of APPLICATION_ID.
TOKEN = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.GLoopb.canary-canary-canary-canary-canary0000"

JSON = dict[str, Any]


def user(user_id: int, name: str, *, bot: bool) -> JSON:
    return {
        "id": str(user_id),
        "username": name,
        "discriminator": "0",
        "global_name": None,
        "avatar": None,
        "bot": bot,
        "flags": 0,
        "public_flags": 0,
    }


def bot_user() -> JSON:
    return user(APPLICATION_ID, "mailmare", bot=True) | {"verified": True, "mfa_enabled": True}


def application_info() -> JSON:
    return {
        "id": str(APPLICATION_ID),
        "name": "mailmare",
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "00",
        "flags": 0,
        "owner": user(USER_ID, "filly", bot=False),
        "team": None,
    }


def channel() -> JSON:
    return {
        "id": str(CHANNEL_ID),
        "guild_id": str(GUILD_ID),
        "type": 0,
        "name": "pictures",
        "position": 0,
        "nsfw": False,
        "parent_id": None,
        "permission_overwrites": [],
        "permissions": "2147483647",
        "flags": 0,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "topic": None,
    }


def guild() -> JSON:
    everyone = {
        "id": str(GUILD_ID),
        "name": "@everyone",
        "permissions": "2147483647",
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    member = {
        "user": bot_user(),
        "roles": [],
        "joined_at": "2024-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    empty: JSON = {
        key: []
        for key in (
            "emojis",
            "stickers",
            "features",
            "threads",
            "presences",
            "voice_states",
            "stage_instances",
            "guild_scheduled_events",
            "soundboard_sounds",
        )
    }
    return empty | {
        "id": str(GUILD_ID),
        "name": "Loopback",
        "owner_id": str(USER_ID),
        "icon": None,
        "unavailable": False,
        "large": False,
        "member_count": 2,
        "joined_at": "2024-01-01T00:00:00+00:00",
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "system_channel_flags": 0,
        "afk_timeout": 300,
        "roles": [everyone],
        "members": [member],
        "channels": [channel()],
    }


def json_answer(
    data: Any, *, status: int = 200, headers: dict[str, str] | None = None
) -> web.Response:
    """Answer with the bare content type, as Discord does: the library compares it exactly."""
    return web.Response(
        body=json.dumps(data).encode(),
        status=status,
        content_type="application/json",
        headers=headers,
    )
