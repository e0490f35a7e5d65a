"""What admins may have said above an announcement: their words, with placeholders filled in.

A template is one short text. `{name}` stands for something of the post; a brace of its own is
written twice, `{{` or `}}`. Emphasis in the admin's words works; links and mentions do not, in
the words as in what is filled in. The credit stands below it whatever it says: the renderer adds
that itself (rules L1, L2).

| placeholder | stands for |
|---|---|
| `{artists}` | who made it, as far as there is room |
| `{count}` | how many posts the message has |
| `{feed}` | the feeds that it matches |
| `{id}` | the post's number |
| `{page}` | the address of its page |
| `{rating}` | its rating |
| `{score}` | its score when it was sent |
| `{site}` | the site's title |
| `{source}` | the first source |
| `{tags}` | a short list of tags fit for the channel |

In a message with several posts each stands for that of all of them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from bot.catalogue import CATALOGUE
from bot.posts.rating import Rating, ratings
from bot.posts.text import plain_text, safe_text, utf16_len
from bot.safety import VerifiedPost
from bot.texts import _

#: Longest template, and longest text that one becomes, in UTF-16 units.
LONGEST, LONGEST_FILLED = 500, 1200
MOST_LINES = 5
#: Longest text that one placeholder becomes.
_VALUE = 300
#: What could make a link, a mention, an emoji or a code block of the words round it. Emphasis,
#: quotes and headings are left to the admin.
_ESCAPED = frozenset("\\`<[]()@:/")
_ELLIPSIS = "\u2026"
_PARTS = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class TemplateError(Exception):
    """A template cannot be used; `message` says why and where, for people."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        """From 0, in characters of the template."""


class _Said(Struct, frozen=True):
    """What is filled in."""

    posts: Sequence[VerifiedPost]
    feeds: Sequence[str]


def _artists(said: _Said) -> Iterator[str]:
    for post in said.posts:
        named = [safe_text(artist.name, _VALUE) for artist in post.credit.artists]
        yield from named or [post.credit.note_text]


def _rating(said: _Said) -> Iterator[str]:
    for post in said.posts:
        carried = ratings(post.post.tags)
        yield ", ".join(rating for rating in Rating if rating in carried)


def _source(said: _Said) -> Iterator[str]:
    for post in said.posts:
        for source in post.credit.sources[:1]:
            yield safe_text(source.text, _VALUE) if source.url is None else _address(source.url)


def _address(gated: str) -> str:
    """Return an address that shows no preview: a picture without its credit, perhaps."""
    return f"<{gated}>"


#: What each placeholder stands for, of every post; equal texts are said once.
_MEANINGS: Mapping[str, Callable[[_Said], Iterator[str]]] = {
    "artists": _artists,
    "count": lambda said: iter([str(len(said.posts))]),
    "feed": lambda said: (safe_text(feed, _VALUE) for feed in said.feeds),
    "id": lambda said: (str(post.post.id) for post in said.posts),
    "page": lambda said: (_address(post.credit.page_url) for post in said.posts),
    "rating": _rating,
    "score": lambda said: (
        str(post.post.score) for post in said.posts if isinstance(post.post.score, int)
    ),
    "site": lambda said: (safe_text(CATALOGUE[p.post.site].title, _VALUE) for p in said.posts),
    "source": _source,
    "tags": lambda said: (safe_text(tag, _VALUE) for post in said.posts for tag in post.shown_tags),
}

#: Every placeholder that there is, in alphabetical order.
PLACEHOLDERS = tuple(_MEANINGS)


def check(template: str) -> None:
    """Raise TemplateError where a template cannot be used: for whoever sets one."""
    for _part in _pieces(template):
        pass


def fill(template: str, posts: Sequence[VerifiedPost], feeds: Sequence[str] = ()) -> str:
    """Return the text for these posts, at most 1200 UTF-16 units.

    `feeds` is what the subscriptions are called: untrusted text. Raises TemplateError as `check`
    does. What does not fit is left out whole, so that no markup is cut in two.
    """
    said = _Said(posts, feeds)
    text = ""
    for piece in _pieces(template):
        more = _value(said, piece[1]) if piece[1] is not None else piece[0]
        if utf16_len(text + more) > LONGEST_FILLED - 1:
            return text + _ELLIPSIS
        text += more
    return text.strip()


def _value(said: _Said, name: str) -> str:
    """Return what a placeholder stands for; texts that do not fit are counted by an ellipsis."""
    shown = ""
    for value in dict.fromkeys(filter(None, _MEANINGS[name](said))):
        longer = f"{shown}, {value}" if shown else value
        if utf16_len(longer) > _VALUE:
            return f"{shown}, {_ELLIPSIS}" if shown else _ELLIPSIS
        shown = longer
    return shown or "-"


def _pieces(template: str) -> Iterator[tuple[str, str | None]]:
    """Yield words made harmless, and names of placeholders; raises TemplateError."""
    if utf16_len(template) > LONGEST:
        raise TemplateError(
            _("A template has at most {most} characters.").format(most=LONGEST), LONGEST
        )
    if template.strip().count("\n") >= MOST_LINES:
        line = [found.start() for found in re.finditer("\n", template)][MOST_LINES - 1]
        raise TemplateError(_("A template has at most {most} lines.").format(most=MOST_LINES), line)
    end = 0
    for found in _PARTS.finditer(template):
        yield from _words(template[end : found.start()])
        end = found.end()
        if found[0] in {"{{", "}}"}:
            yield found[0][0], None
        elif found[1] is None:
            raise TemplateError(_lone(found[0], found.start()), found.start())
        elif found[1] not in _MEANINGS:
            raise TemplateError(_unknown(found[1], found.start()), found.start())
        else:
            yield "", found[1]
    yield from _words(template[end:])


def _words(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield an admin's own words a character each, what could make more of them escaped."""
    for number, line in enumerate(text.split("\n")):
        if number:
            yield "\n", None
        # A space at either end belongs to the words: only what cannot be seen goes.
        kept = plain_text(f".{line}.", 4 * LONGEST)[1:-1]
        for character in kept:
            yield "\\" + character if character in _ESCAPED else character, None


def _lone(brace: str, position: int) -> str:
    return _("Position {position}: write {brace} twice for a brace of its own.").format(
        position=position + 1, brace=brace
    )


def _unknown(name: str, position: int) -> str:
    return _("Position {position}: “{name}” is no placeholder. There are: {names}.").format(
        position=position + 1,
        name=safe_text(name, 40),
        names=", ".join(f"{{{known}}}" for known in PLACEHOLDERS),
    )
