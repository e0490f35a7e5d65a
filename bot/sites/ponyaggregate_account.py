"""The operator's account on PonyAggregate: its key, and how everything is sent with it (L8)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.catalogue import Site
from bot.secret import Secret
from bot.texts import _

from . import decode
from . import ponyaggregate_bodies as bodies
from . import ponyaggregate_routes as routes
from .errands import Reply
from .errors import BadRequest, KeyRefused, Refused
from .ponyaggregate_bodies import Session, User
from .ponyaggregate_requests import Key, check_key
from .routes import Route
from .transport import KEY_REFUSALS, Transport

#: A 403 about one thing says that it is somebody else's, and not that the key is wrong.
OF_THE_KEY = frozenset({401})


class Account:
    """The routes of the account itself, and the ways in which the others are asked for."""

    def __init__(
        self,
        site: Site,
        transport: Transport,
        *,
        key: str | None = None,
    ) -> None:
        transport.admit(site)
        self.site = site
        self._transport = transport
        self._key = key
        self._refused = False

    async def users_me(self) -> User:
        """Return whose key it is (POST users/me, which changes nothing)."""
        reply = await self._send(routes.USERS_ME, idempotent=True)
        return bodies.read_user(reply.value, self.site)

    async def login(
        self, identifier: str, password: Secret, *, turnstile: str | None = None
    ) -> Session:
        """Return the session cookie that name and password give; nothing is stored or sent on.

        Here for the sake of completeness: no command reaches it, as Discord forbids to ask
        anybody for a password (rule D9). Raises `Refused` where the site does not know them.
        """
        body = {"identifier": identifier, "password": password.reveal()}
        reply = await self._transport.send(
            self.site,
            routes.LOGIN.method,
            routes.LOGIN.fill(self.site),
            body={**body, **_proof("auth", turnstile)},
        )
        session = bodies.read_session(reply.headers, self._transport.clock.now())
        if session is None:
            raise decode.bad_response(self.site, "Set-Cookie")
        return session

    async def _change(self, route: Route, body: Mapping[str, Any], turnstile: str | None) -> Reply:
        return await self._send(route, {**body, **_proof("invisible", turnstile)})

    async def _change_of(
        self,
        route: Route,
        thing: Key,
        body: Mapping[str, Any] | None,
        turnstile: str | None = None,
    ) -> None:
        """Change one thing that exists, and may be somebody else's."""
        key = check_key(self.site, thing)
        sent = None if body is None else {**body, **_proof("invisible", turnstile)}
        await self._whose(lambda: self._send(route, sent, key_refusals=OF_THE_KEY, id=key))

    async def _whose(self, send: Callable[[], Awaitable[Reply]]) -> None:
        """Send; where it is not allowed, find out whether that is the thing or the key (L8)."""
        try:
            await send()
        except Refused as error:
            if type(error) is Refused and error.until is None:
                await self.users_me()
            raise

    async def _send(
        self,
        route: Route,
        body: Mapping[str, Any] | None = None,
        *,
        idempotent: bool = False,
        key_refusals: frozenset[int] = KEY_REFUSALS,
        **parts: str,
    ) -> Reply:
        if self._key is None:
            text = _("There is no key for {site}; the operator can set {setting}.")
            setting = f"MAILMARE_{self.site.name.upper()}_KEY"
            raise BadRequest(self.site.name, text.format(site=self.site.title, setting=setting))
        if self._refused:
            raise KeyRefused(
                self.site.name,
                _("{site} refuses the operator's key.").format(site=self.site.title),
            )
        try:
            return await self._transport.send(
                self.site,
                route.method,
                route.fill(self.site, **parts),
                body=body,
                bearer=self._key,
                idempotent=idempotent,
                key_refusals=key_refusals,
            )
        except KeyRefused:
            self._refused = True
            raise


def _proof(kind: str, turnstile: str | None) -> dict[str, str]:
    """Return how a person's proof travels; nothing is made up where there is none (L15)."""
    return {} if turnstile is None else {"cfKey": kind, "cfToken": turnstile}
