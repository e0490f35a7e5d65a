"""`mailmare site …`: asking the sites by hand, for operators and for trying the layer."""

import asyncio
import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

import typer

from bot.command_line import refuse, refuse_for_site, settings_or_refuse
from bot.exit_codes import Exit
from bot.texts import _

if TYPE_CHECKING:
    from bot.catalogue import Site
    from bot.settings import Settings
    from bot.sites.routes import Route

HELP = _("Ask a site: NAME ROUTE and what the route needs; without them, list what there is.")
#: Parameters of the clients that are none of the routes'.
_OURS = frozenset({"self", "priority"})


class UsageError(Exception):
    """A command line that no route takes; the text says what is wrong."""


def site(
    name: Annotated[str | None, typer.Argument(help=_("The site, such as derpibooru."))] = None,
    route: Annotated[str | None, typer.Argument(help=_("The route, such as search."))] = None,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(help=_("What the route needs, in its order; others as name=value.")),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help=_("Print the answer as JSON."))] = False,
) -> None:
    """Call one read route of one site and print what it answers."""
    from bot import logs
    from bot.sites import SiteError

    settings = settings_or_refuse()
    # What a request ends with is told below; what the parts note of it would be told twice.
    logs.configure(level="error", secrets=settings.secrets())
    try:
        if name is None or route is None:
            print("\n".join(_listing(settings, name)))
            return
        answer = asyncio.run(_ask(settings, name, route, arguments or []))
    except UsageError as error:
        refuse(str(error), Exit.USAGE)
    except SiteError as error:
        refuse_for_site(error)
    plain = _plain(answer)
    print(json.dumps(plain, indent=2) if as_json else "\n".join(_lines(plain)))


async def _ask(settings: "Settings", name: str, route_name: str, texts: Sequence[str]) -> Any:
    from bot.app import new_transport, sites_in_use
    from bot.beside import cool_downs_beside
    from bot.clock import SYSTEM_CLOCK
    from bot.sites import Sites

    in_use = sites_in_use(settings)
    route = _find(in_use, name, route_name)
    async with cool_downs_beside(settings.data_dir, SYSTEM_CLOCK) as memory:
        transport = new_transport(settings, SYSTEM_CLOCK, memory)
        async with Sites(in_use, transport, keys=settings.site_keys()) as sites:
            client = sites.get(name) or sites.ponyaggregate
            call = getattr(client, route.call)
            given, named = read_arguments(call, texts)
            return await call(*given, **named)


def _find(in_use: "Mapping[str, Site]", name: str, route_name: str) -> "Route":
    if name not in in_use:
        known = ", ".join(in_use)
        raise UsageError(
            _("There is no site “{name}”; there are: {known}.").format(name=name, known=known)
        )
    for one in _readable(in_use[name]):
        if one.name == route_name:
            return one
    raise UsageError(
        _(
            "{site} has no route “{name}” that only reads; `mailmare site {site}` lists them."
        ).format(site=name, name=route_name)
    )


def _readable(site: "Site") -> "list[Route]":
    from bot.sites.api import ROUTES

    return [one for one in ROUTES[site.family] if one.reads]


def _listing(settings: "Settings", only: str | None) -> Iterator[str]:
    """Return a line for each site and for each of its routes, or for one site's alone."""
    from bot.app import sites_in_use
    from bot.sites.api import CLIENTS

    in_use = sites_in_use(settings)
    if only is not None and only not in in_use:
        _find(in_use, only, "")
    for name, row in in_use.items():
        if only in {None, name}:
            yield f"{name}  ({row.title}, {row.base_url})"
            for one in _readable(row):
                takes = usage(getattr(CLIENTS[row.family], one.call))
                yield f"  {' '.join((one.name, *takes))}"
                yield f"      {one.title}"


def usage(call: Callable[..., Any]) -> list[str]:
    """Return how a client's method is called on the command line, an entry a parameter."""
    return [
        f"{one.name}=…" if one.kind is one.KEYWORD_ONLY else f"<{one.name}>"
        for one in _parameters(call)
    ]


def read_arguments(
    call: Callable[..., Any], texts: Sequence[str]
) -> tuple[list[Any], dict[str, Any]]:
    """Return what to call a client's method with; raise `UsageError` for what it does not take."""
    parameters = _parameters(call)
    hints = get_type_hints(call)
    named: dict[str, Any] = {}
    given: list[Any] = []
    by_name = {one.name: one for one in parameters}
    in_order = [one for one in parameters if one.kind is not one.KEYWORD_ONLY]
    for text in texts:
        name, equals, value = text.partition("=")
        if equals and name in by_name and by_name[name] not in in_order[: len(given)]:
            named[name] = _value(name, value, hints[name])
        elif len(given) < len(in_order):
            one = in_order[len(given)]
            given.append(_value(one.name, text, hints[one.name]))
        else:
            raise UsageError(
                _("“{text}” is too much; it takes: {usage}").format(
                    text=text, usage=" ".join(usage(call)) or _("nothing")
                )
            )
    have = {one.name for one in in_order[: len(given)]} | set(named)
    missing = [one.name for one in parameters if one.default is one.empty and one.name not in have]
    if missing:
        raise UsageError(_("The route needs: {missing}").format(missing=", ".join(missing)))
    return given, named


def _parameters(call: Callable[..., Any]) -> list[inspect.Parameter]:
    return [one for one in inspect.signature(call).parameters.values() if one.name not in _OURS]


def _value(name: str, text: str, hint: Any) -> Any:
    """Return what a parameter of that type is given; the types are those of the clients."""
    from msgspec import ValidationError, convert

    kinds = get_args(hint) if get_origin(hint) is not Sequence else ()
    try:
        if get_origin(hint) is Sequence:
            return [_value(name, part.strip(), get_args(hint)[0]) for part in text.split(",")]
        if hint is str or str in kinds:
            return text
        if bytes in kinds:
            return Path(text).read_bytes()
        return convert(text, hint, strict=False)
    except OSError as error:
        raise UsageError(
            _("{file} cannot be read ({reason}).").format(file=text, reason=error.strerror)
        ) from None
    except ValidationError:
        raise UsageError(
            _("“{text}” is no value for {name}.").format(text=text, name=name)
        ) from None


def _plain(value: Any) -> Any:
    """Return an answer as JSON has it; what the site did not say is left out."""
    from msgspec import to_builtins

    return to_builtins(value, enc_hook=dict, str_keys=True)


def _lines(value: Any, indent: str = "") -> Iterator[str]:
    """Return an answer as lines for people. Text of the sites cannot steer the terminal."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, dict | list | tuple) and inner:
                yield f"{indent}{_printable(name)}:"
                yield from _lines(inner, f"{indent}  ")
            elif inner not in ([], (), {}, ""):
                yield f"{indent}{_printable(name)}: {_printable(inner)}"
    elif isinstance(value, list | tuple):
        for inner in value:
            lines = list(_lines(inner))
            yield from (f"{indent}{'- ' if n == 0 else '  '}{one}" for n, one in enumerate(lines))
    else:
        yield f"{indent}{_printable(value)}"


def _printable(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return "".join(c if c.isprintable() else " " for c in text)
