"""Objects that are shown as their document describes them: from JSON to a frozen struct."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote

from msgspec import Struct, structs

from bot.catalogue import Site

from . import decode

R = TypeVar("R", bound="Record")


class Record(Struct, frozen=True, kw_only=True):
    """One object of a site. A key that the body left out is `UNSET`, null is `None`.

    Instants are aware and in UTC. Addresses are absolute and https; what is no such address, a
    `data:` URI among them, is `None` (reference: safety, 3.10).
    """

    addresses: ClassVar[tuple[str, ...]] = ()
    """Fields that hold an address."""
    place: ClassVar[str] = ""
    """Path of its page, from its fields and from what the asker knows."""

    page_url: str = ""
    """Its page on the canonical domain, https; empty where that cannot be told. Ours, not sent."""


def read(value: object, kind: type[R], site: Site, place: str, **known: str | int) -> R:
    """Return decoded JSON as `kind`; `known` are parts of its page's path that it lacks.

    Raises `BadResponse` whose field begins with `place`.
    """
    record = decode.shape(value, kind, site, place)
    return _finished(record, site, place, known)


def _finished(record: R, site: Site, place: str, known: Mapping[str, str | int]) -> R:
    changed: dict[str, Any] = {"page_url": _page(record, site, known)}
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if isinstance(value, datetime):
            changed[name] = decode.utc(value, site, f"{place}.{name}")
        elif name in record.addresses:
            changed[name] = decode.link(value, site)
        elif isinstance(value, tuple) and value and isinstance(value[0], Record):
            changed[name] = tuple(_finished(one, site, f"{place}.{name}", {}) for one in value)
    return structs.replace(record, **changed)


def _page(record: Record, site: Site, known: Mapping[str, str | int]) -> str:
    parts = {**structs.asdict(record), **known}
    quoted = {name: quote(str(part), safe="+") for name, part in parts.items() if part or part == 0}
    try:
        path = record.place.format_map(quoted)
    except KeyError:
        return ""
    return f"https://{site.domain}{path}" if path else ""
