"""Channels and threads of the loopback Discord, and what their messages carry."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.loopback_objects import JSON

TEXT, ANNOUNCEMENT, ANNOUNCEMENT_THREAD, THREAD, FORUM, MEDIA = 0, 5, 10, 11, 15, 16
_PERMISSIONS = {"view": 1 << 10, "send": 1 << 11, "embed": 1 << 14, "history": 1 << 16}


@dataclass
class Room:
    """A channel or thread."""

    id: int
    guild_id: int
    type: int = TEXT
    name: str = "pictures"
    nsfw: bool = False
    parent_id: int | None = None
    archived: bool = False
    locked: bool = False
    wakes: bool = True
    """Of an archived thread: whether a message to it opens it, as it normally does."""
    may: set[str] = field(default_factory=lambda: {"view", "send", "embed", "history"})
    """What the bot may do: also `manage_threads`, and `publish`."""
    tags: list[int] = field(default_factory=list)
    applied_tags: list[str] = field(default_factory=list)
    messages: list[JSON] = field(default_factory=list)
    """Oldest first."""

    @property
    def payload(self) -> JSON:
        """Return it as Discord describes it."""
        denied = sum(bit for name, bit in _PERMISSIONS.items() if name not in self.may)
        overwrite = {"id": str(self.guild_id), "type": 0, "allow": "0", "deny": str(denied)}
        payload: JSON = {
            "id": str(self.id),
            "guild_id": str(self.guild_id),
            "type": self.type,
            "name": self.name,
            "position": 0,
            "nsfw": self.nsfw,
            "parent_id": None if self.parent_id is None else str(self.parent_id),
            "permission_overwrites": [overwrite] if denied else [],
            "flags": 0,
            "last_message_id": None,
            "rate_limit_per_user": 0,
            "topic": None,
        }
        if self.type in {FORUM, MEDIA}:
            payload["available_tags"] = [
                {"id": str(tag), "name": str(tag), "moderated": False, "emoji_name": None}
                for tag in self.tags
            ]
        if self.type in {THREAD, ANNOUNCEMENT_THREAD}:
            payload |= {
                "owner_id": "1",
                "message_count": len(self.messages),
                "member_count": 1,
                "applied_tags": self.applied_tags,
                "thread_metadata": {
                    "archived": self.archived,
                    "locked": self.locked,
                    "auto_archive_duration": 1440,
                    "archive_timestamp": "2026-01-01T00:00:00+00:00",
                    "invitable": False,
                },
            }
        return payload


def custom_ids(message: JSON) -> Iterator[str]:
    """Yield the custom ids of a message's buttons."""
    parts = list(message["components"])
    while parts:
        part = parts.pop(0)
        if "custom_id" in part:
            yield part["custom_id"]
        parts += part.get("components") or []
