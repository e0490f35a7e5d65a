"""Discord's documented limits, as a check of message bodies and of command trees.

Lengths are counted in UTF-16 units, the strictest way (reference: safety, 4). Each function
returns what is wrong, a line each, and an empty list where nothing is.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

EPHEMERAL = 1 << 6
_COMMAND_NAME = re.compile(r"[-_'a-z0-9]{1,32}")
_EMBED_TEXTS = {"title": 256, "description": 4096}
_GROUPS = {1, 2}
#: Kinds of commands in the menus of members and of messages: a name of any letters and no more.
_MENUS = {2, 3}
_ROW, _SELECT, _LAST_OLD, _TEXT, _GALLERY = 1, 3, 8, 10, 12
#: The flag of a message that is made of the second kind of components.
COMPONENTS_V2 = 1 << 15
_SUBCOMMAND = 1


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def message_problems(body: Mapping[str, Any]) -> list[str]:
    """Check the body of a message, of an edit, or of an interaction's answer."""
    problems = list(_within("content", body.get("content") or "", 0, 2000))
    embeds = body.get("embeds") or []
    if len(embeds) > 10:
        problems.append("more than 10 embeds")
    total = 0
    for number, embed in enumerate(embeds):
        problems += _embed(f"embeds[{number}]", embed)
        total += sum(units(text) for _name, text, _limit in _embed_texts(embed))
    if total > 6000:
        problems.append(f"{total} characters over all embeds")
    problems += _components(body.get("components") or [])
    problems += _mixture(body)
    mentions = body.get("allowed_mentions")
    if mentions is not None and mentions.get("parse"):
        problems.append("somebody may be mentioned")
    if units(str(body.get("nonce", ""))) > 25:
        problems.append("nonce too long")
    return problems


def tree_problems(commands: Iterable[Mapping[str, Any]]) -> list[str]:
    """Check the commands as they are registered."""
    commands = list(commands)
    problems = ["more than 100 commands"] if len(commands) > 100 else []
    problems += _duplicates("commands", commands)
    for command in commands:
        if command.get("type") in _MENUS:
            problems += _within("menu", str(command["name"]), 1, 32)
            problems += ["a menu with a description"] if command.get("description") else []
            continue
        problems += _command(str(command["name"]), command, depth=0)
        size = _command_size(command)
        if size > 8000:
            problems.append(f"{command['name']}: {size} characters in all")
    return problems


def _within(name: str, text: str, least: int, most: int) -> Iterator[str]:
    if not least <= units(text) <= most or (least and not text.strip()):
        yield f"{name}: {units(text)} characters, not {least} to {most}"


def _url(name: str, url: str | None, most: int = 2048) -> Iterator[str]:
    if url is None:
        return
    yield from _within(name, url, 1, most)
    if not re.fullmatch(r"https://[a-z0-9.-]+\.[a-z0-9-]+(?:[/?#][!-~]*)?", url):
        yield f"{name}: {url!r} is no plain https address"


def _embed_texts(embed: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    for name, limit in _EMBED_TEXTS.items():
        if embed.get(name) is not None:
            yield name, embed[name], limit
    if embed.get("footer"):
        yield "footer", embed["footer"]["text"], 2048
    if embed.get("author"):
        yield "author", embed["author"]["name"], 256
    for number, field in enumerate(embed.get("fields") or []):
        yield f"fields[{number}].name", field["name"], 256
        yield f"fields[{number}].value", field["value"], 1024


def _embed(path: str, embed: Mapping[str, Any]) -> Iterator[str]:
    for name, text, limit in _embed_texts(embed):
        yield from _within(f"{path}.{name}", text, 1, limit)
    if len(embed.get("fields") or []) > 25:
        yield f"{path}: more than 25 fields"
    yield from _url(f"{path}.url", embed.get("url"))
    for part in ("image", "thumbnail", "author", "footer"):
        for key in ("url", "icon_url"):
            yield from _url(f"{path}.{part}.{key}", (embed.get(part) or {}).get(key))
    yield from _within(
        f"{path}.image.description", (embed.get("image") or {}).get("description") or "", 0, 1024
    )


def _components(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    """Check rows of buttons, or the parts of a gallery message."""
    if len(rows) > 5:
        yield "more than 5 rows of buttons"
    parts = list(walk(rows))
    if len(parts) > 40:
        yield f"{len(parts)} components"
    texts = sum(units(part["content"]) for part in parts if part["type"] == _TEXT)
    if texts > 4000:
        yield f"{texts} characters over all text displays"
    seen: set[str] = set()
    for part in parts:
        if part["type"] == _ROW:
            yield from _row(part.get("components") or [], seen)
        elif part["type"] == _GALLERY:
            yield from _gallery(part["items"])


def _row(parts: list[Mapping[str, Any]], seen: set[str]) -> Iterator[str]:
    if not 1 <= len(parts) <= 5:
        yield f"{len(parts)} buttons in a row"
    selects = [part for part in parts if part["type"] == _SELECT]
    if selects and len(parts) > 1:
        yield "a select beside something else"
    for part in parts:
        yield from _select(part, seen) if part in selects else _button(part, seen)


def _mixture(body: Mapping[str, Any]) -> Iterator[str]:
    """A message is an embed message or a gallery message (reference: safety, 3.5)."""
    kinds = {part["type"] for part in walk(body.get("components") or [])}
    second = bool((body.get("flags") or 0) & COMPONENTS_V2)
    if second and (body.get("content") or body.get("embeds")):
        yield "a gallery message with content or embeds"
    if not second and any(kind > _LAST_OLD for kind in kinds):
        yield "a gallery without its flag"


def walk(parts: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield components and what is in them."""
    for part in parts:
        yield part
        yield from walk(part.get("components") or [])


def _gallery(items: list[Mapping[str, Any]]) -> Iterator[str]:
    if not 1 <= len(items) <= 10:
        yield f"{len(items)} pictures in a gallery"
    for item in items:
        yield from _url("gallery url", item["media"]["url"])
        if item.get("description") is not None:
            yield from _within("gallery description", item["description"], 1, 1024)


def _button(button: Mapping[str, Any], seen: set[str]) -> Iterator[str]:
    yield from _within("button label", button.get("label") or "", 1, 80)
    if button.get("style") == 5:
        yield from _url("button url", button.get("url"), 512)
        return
    yield from _custom_id(button, seen)


def _select(select: Mapping[str, Any], seen: set[str]) -> Iterator[str]:
    yield from _custom_id(select, seen)
    yield from _within("select placeholder", select.get("placeholder") or "", 0, 150)
    options = select.get("options") or []
    if not 1 <= len(options) <= 25:
        yield f"{len(options)} options in a select"
    for option in options:
        for name, least in (("label", 1), ("value", 1), ("description", 0)):
            yield from _within(f"option {name}", option.get(name) or "", least, 100)
    if len({option.get("value") for option in options}) != len(options):
        yield "two options with one value"


def _custom_id(part: Mapping[str, Any], seen: set[str]) -> Iterator[str]:
    custom_id = str(part.get("custom_id", ""))
    yield from _within("custom_id", custom_id, 1, 100)
    if custom_id in seen:
        yield f"custom_id {custom_id!r} twice"
    seen.add(custom_id)


def _command(path: str, command: Mapping[str, Any], depth: int) -> Iterator[str]:
    if not _COMMAND_NAME.fullmatch(str(command["name"])):
        yield f"{path}: bad name"
    yield from _within(f"{path}: description", command.get("description") or "", 1, 100)
    options = command.get("options") or []
    if len(options) > 25:
        yield f"{path}: more than 25 options"
    yield from _duplicates(path, options)
    optional = False
    for option in options:
        below = f"{path} {option['name']}"
        yield from _command(below, option, depth + 1)
        if option["type"] in _GROUPS:
            if depth >= 2 or (option["type"] != _SUBCOMMAND and depth >= 1):
                yield f"{below}: nested too deep"
            continue
        if option.get("required") and optional:
            yield f"{below}: required after an optional one"
        optional = optional or not option.get("required")
        choices = option.get("choices") or []
        if len(choices) > 25:
            yield f"{below}: more than 25 choices"
        for choice in choices:
            yield from _within(f"{below}: choice", choice["name"], 1, 100)
            yield from _within(f"{below}: choice value", str(choice["value"]), 1, 100)
        if choices and option.get("autocomplete"):
            yield f"{below}: choices and autocomplete"


def _duplicates(path: str, named: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    names = [(one["name"], one.get("type") if path == "commands" else None) for one in named]
    if len(set(names)) != len(names):
        yield f"{path}: a name twice"


def _command_size(command: Mapping[str, Any]) -> int:
    """Count name, description and values of a command and all of its options and choices."""
    size = units(str(command["name"])) + units(command.get("description") or "")
    for option in command.get("options") or []:
        size += _command_size(option)
        for choice in option.get("choices") or []:
            size += units(choice["name"]) + units(str(choice["value"]))
    return size
