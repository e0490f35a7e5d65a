"""Which page of Derpibooru or Pony.Tube can be brought to PonyAggregate (seed S0, imports)."""

import re
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from bot.catalogue import DERPIBOORU, Site
from bot.posts.links import post_of_link
from bot.posts.urls import host_of, path_of, upgrade

_PONYTUBE = frozenset({"pony.tube", "www.pony.tube"})
_VIDEO_PAGE = re.compile(r"/w/([A-Za-z0-9_-]{1,64})/?")
_IMAGE = re.compile(r"[1-9][0-9]{0,9}")
#: As long as a video's id is there, short or long; anything shorter was never copied from a page.
_VIDEO = re.compile(r"[A-Za-z0-9_-]{20,64}")


class Importable(Struct, frozen=True):
    """A picture or a video that PonyAggregate can fetch itself."""

    origin: Literal["Derpibooru", "Pony.Tube"]
    id: str
    """The picture's number, or what stands behind `/w/` in the video's address."""


def read_importable(text: str, boards: Iterable[Site] = (DERPIBOORU,)) -> Importable | None:
    """Return what a page's address, or an id alone, is of; `None` for anything else.

    `boards` are Derpibooru's rows, as the operator may have given it hosts of its own. Nothing is
    asked for it.
    """
    text = text.strip()
    if _IMAGE.fullmatch(text):
        return Importable("Derpibooru", text)
    if _VIDEO.fullmatch(text):
        return Importable("Pony.Tube", text)
    linked = post_of_link(text, boards)
    if linked is not None:
        return Importable("Derpibooru", str(linked.id))
    gated = upgrade(text.removeprefix("<").removesuffix(">"))
    if gated is None or host_of(gated) not in _PONYTUBE:
        return None
    page = _VIDEO_PAGE.fullmatch(path_of(gated))
    return None if page is None else Importable("Pony.Tube", page[1])
