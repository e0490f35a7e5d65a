"""What an HTTP answer means: a value, an answer of another kind, or a failure of the host."""

import logging
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from http import HTTPStatus

from msgspec import Struct

from bot.catalogue import Site
from bot.clock import Clock
from bot.texts import _

from . import bounds
from . import headers as read
from .circuit import Circuit
from .errors import (
    BadQuery,
    BadResponse,
    CoolingDown,
    KeyRefused,
    NeedsBrowser,
    NotFound,
    Refused,
    SiteError,
    Unavailable,
    Unconfirmed,
)

log = logging.getLogger(__name__)

#: How long a host is left alone at least (rule L9).
AFTER_CHALLENGE = 5.0
AFTER_BLOCK = 900.0
#: How long a host is left alone that refuses our kind of client (boards, 1.4).
AFTER_REFUSAL = 900.0

_NOT_JSON = re.compile(r"(?:text/html|text/xml|application/xhtml\+xml)", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_LONGEST_REASON = 200
#: Failures that a moment's wait may mend, where asking again is polite.
_PASSING = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)
_FAILURES = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
#: What a change is answered with that was made.
_MADE = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT})
#: How a site says that it wants proof of a person (rule L15).
_WANTS_A_PERSON = re.compile(r"turnstile|captcha|cf-?_?token", re.IGNORECASE)
_REFUSALS = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    | {HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.PRECONDITION_REQUIRED}
)


class Kind(Enum):
    """What a request is for, which decides about sending it again and what answers it."""

    READ = "read"
    """Changes nothing, and is answered with JSON."""
    CHANGE = "change"
    """Changes something, and is sent once."""
    UPLOAD = "upload"
    """Puts a file in its place, again from its beginning where needed; the answer is a status."""


class Interrupted(Unavailable):
    """A failure that may be over in a moment: worth asking again, within reason."""


class Unsent(Interrupted):
    """A failure before anything was sent: even a change may be asked for again."""


class Raw(Struct, frozen=True):
    """One HTTP answer as it came, and the circuit's epoch in which its request left."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    epoch: int

    @property
    def is_html(self) -> bool:
        """Tell whether the answer is a page for people."""
        return bool(_NOT_JSON.match(self.headers.get("Content-Type", "")))


class Judge:
    """Decides what one host's answers to one request mean, and notes it in the host's circuit.

    `key_refusals` are the statuses by which the site refuses the key that the request carried;
    none where it carried none.
    """

    def __init__(
        self,
        site: Site,
        clock: Clock,
        circuit: Circuit,
        *,
        kind: Kind = Kind.READ,
        key_refusals: frozenset[int] = frozenset(),
    ) -> None:
        self.site = site
        self.kind = kind
        self._key_refusals = key_refusals
        self._clock = clock
        self._circuit = circuit

    def value(self, raw: Raw) -> object:
        """Return the JSON value of a good answer; raise the `SiteError` that another one is.

        A change may be answered without a value and an upload always is, which gives `None`.
        Rules L6, L9; reference: boards, 1.4.
        """
        status = raw.status
        if status == HTTPStatus.OK or (self.kind is not Kind.READ and status in _MADE):
            return None if self.kind is Kind.UPLOAD else self._parsed(raw)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            raise self._sent_away(raw)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _FAILURES:
            raise self._broken(raw)
        if status == HTTPStatus.FORBIDDEN and raw.is_html:
            raise self._refused(raw)
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            text = _("It sent us to another address.")
            raise self.failure(raw.epoch, text, kind=self._kind(status))
        if status < HTTPStatus.BAD_REQUEST:
            raise self.unusable(raw.epoch, "status")
        # What is left are answers: the host works (rule L6).
        self._circuit.works(raw.epoch)
        raise self._answer(raw)

    def unusable(self, epoch: int, what: str) -> BadResponse | Unavailable:
        """Return the error for a body that cannot be used, having noted the failure."""
        reason = _("Its answers cannot be read.")
        if self.kind is Kind.CHANGE:
            return self.failure(epoch, reason, kind=Unconfirmed)
        self._circuit.failed(epoch, reason)
        return BadResponse(
            self.site.name,
            what,
            _(
                "{site} sent an answer that cannot be read ({what}). Please try again in a while."
            ).format(site=self.site.title, what=what),
            until=self._circuit.instant(self._circuit.until),
        )

    def failure(
        self,
        epoch: int,
        reason: str,
        *,
        at_least: float = 0.0,
        kind: type[Unavailable] = Unavailable,
    ) -> Unavailable:
        """Return the error for a host that failed, having noted the failure."""
        self._circuit.failed(epoch, reason, at_least=at_least)
        return self._unavailable(reason, kind)

    def away(self) -> CoolingDown:
        """Return the error for a host that is being left alone."""
        if self._circuit.off:
            text = _("{site} is switched off until the operator restarts the bot. {reason}")
        else:
            text = _("{site} is being left alone for a while. {reason}")
        return CoolingDown(
            self.site.name,
            text.format(site=self.site.title, reason=self._circuit.reason),
            until=self._circuit.instant(self._circuit.until),
        )

    def _unavailable(self, reason: str, kind: type[Unavailable]) -> Unavailable:
        until = self._circuit.instant(self._circuit.until)
        if kind is Unconfirmed:
            text = _("Whether {site} did that is not known; please look before you try again.")
            told = f"{text} {{reason}}"
        else:
            told = _("{site} is not working at the moment. {reason}")
        return kind(self.site.name, told.format(site=self.site.title, reason=reason), until=until)

    def _parsed(self, raw: Raw) -> object:
        if raw.is_html:
            raise self.unusable(raw.epoch, "Content-Type")
        try:
            return bounds.parse(raw.body)
        except bounds.Unusable as error:
            # The change was made: what the site says of it is for the caller to miss.
            if self.kind is Kind.CHANGE:
                return None
            raise self.unusable(raw.epoch, str(error)) from None

    def _sent_away(self, raw: Raw) -> CoolingDown:
        now = self._clock.now()
        asked = read.retry_after(raw.headers, now) or read.until_reset(raw.headers, now)
        self._circuit.asked_for_rest(raw.epoch, _("It had too many requests."), seconds=asked)
        return self.away()

    def _broken(self, raw: Raw) -> SiteError:
        asked = read.retry_after(raw.headers, self._clock.now()) or 0.0
        if raw.status == HTTPStatus.INTERNAL_SERVER_ERROR and not raw.body.strip():
            reason = _("It has blocked us for a while.")
            self._circuit.asked_for_rest(raw.epoch, reason, first=AFTER_BLOCK)
            # Not every site has the front end that answers so before anything is done.
            is_change = self.kind is Kind.CHANGE
            return self._unavailable(reason, Unconfirmed) if is_change else self.away()
        if raw.status == HTTPStatus.NOT_IMPLEMENTED:
            self._circuit.failed(
                raw.epoch, _("It asked to be left alone."), at_least=max(asked, AFTER_CHALLENGE)
            )
            return self.away()
        return self.failure(
            raw.epoch,
            _("It answered with an error ({status}).").format(status=raw.status),
            at_least=asked,
            kind=self._kind(raw.status),
        )

    def _kind(self, status: int) -> type[Unavailable]:
        if self.kind is Kind.CHANGE:
            return Unconfirmed
        return Interrupted if status in _PASSING else Unavailable

    def _refused(self, raw: Raw) -> Refused:
        reason = _("It refuses programs like this one at the moment.")
        self._circuit.asked_for_rest(raw.epoch, reason, first=AFTER_REFUSAL)
        return Refused(
            self.site.name,
            _("{site} refuses to answer. {reason}").format(site=self.site.title, reason=reason),
            until=self._circuit.instant(self._circuit.until),
        )

    def _answer(self, raw: Raw) -> SiteError:
        site = self.site
        reason = _reason(raw)
        wanted = self.kind is Kind.CHANGE and raw.status in _REFUSALS
        if wanted and _WANTS_A_PERSON.search(reason):
            text = _(
                "{site} wants to see that a person asks for this: please do it in a browser, on "
                "{domain}."
            )
            return NeedsBrowser(site.name, text.format(site=site.title, domain=site.domain))
        if raw.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            text = _("{site} has nothing like that: check the number or the name that you gave.")
            return NotFound(site.name, text.format(site=site.title))
        if raw.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}:
            text = _("{site} does not understand that. {reason}")
            message = text.format(site=site.title, reason=reason).strip()
            return BadQuery(site.name, message, told=_told(raw))
        if raw.status in self._key_refusals:
            return self._key_refused()
        return Refused(
            site.name,
            _("{site} does not allow that ({status}).").format(site=site.title, status=raw.status),
        )

    def _key_refused(self) -> KeyRefused:
        if not self._circuit.key_refused:
            # Told once: after this the status tells it (rule L8, fault F15).
            log.warning("%s refuses the operator's key; it is not used again", self.site.name)
        self._circuit.key_refused = True
        return KeyRefused(
            self.site.name,
            _("{site} refuses the operator's key.").format(site=self.site.title),
        )


def _reason(raw: Raw) -> str:
    """Return the site's own reason, short and on one line; or nothing.

    It stands under `error`, under `message`, or as lists of texts by field under `errors`.
    """
    value = _told(raw)
    text = "; ".join(_reasons(value)) if isinstance(value, dict) else ""
    text = _CONTROLS.sub(" ", text).strip()
    return text if len(text) <= _LONGEST_REASON else text[: _LONGEST_REASON - 1] + "…"


def _told(raw: Raw) -> object:
    try:
        return bounds.parse(raw.body)
    except bounds.Unusable:
        return None


def _reasons(value: Mapping[str, object]) -> Iterator[str]:
    for name in ("error", "message"):
        if isinstance(text := value.get(name), str):
            yield text
            return
    errors = value.get("errors")
    if isinstance(errors, dict):
        for field, texts in errors.items():
            for text in texts if isinstance(texts, list) else [texts]:
                if isinstance(text, str):
                    yield f"{field}: {text}"
