"""Where the endpoint listens, why it may not, and whose questions there are meant for it."""

import errno
import socket
from ipaddress import ip_address

from yarl import URL

from bot.settings import Problem
from bot.settings_table import METRICS_HOST
from bot.texts import _

_HOST = "MAILMARE_METRICS_HOST"
_PORT = "MAILMARE_METRICS_PORT"
_EXAMPLE = "9465"
_FIRST_FREE_FOR_ALL = 1024


class EndpointError(Exception):
    """The endpoint's address cannot be had; the message names the setting and what to do."""

    def __init__(self, problem: Problem, *, in_use: bool) -> None:
        super().__init__(str(problem))
        self.in_use = in_use
        """Whether something else listens there."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at an address of this machine; raises EndpointError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        raise EndpointError(_problem(error, host, port), in_use=in_use) from None


def is_meant(listening: str, named: str | None) -> bool:
    """Tell whether what is asked under the name `named` is meant for an endpoint at `listening`.

    A page in a browser can have its own name lead to this machine (DNS rebinding) and then read
    what only this machine may: it asks under that name. Elsewhere any name may be ours, as a
    container's is; whoever is no browser need not give one.
    """
    if named is None or not ip_address(listening).is_loopback:
        return True
    try:
        host = URL(f"http://{named}").host or ""
        if host != "localhost":
            ip_address(host)
    except ValueError:
        return False
    return True


def _problem(error: OSError, host: str, port: int) -> Problem:
    match error.errno:
        case errno.EADDRINUSE:
            text = _("another program uses port {port} of {host}: end it, or choose another port.")
            return Problem(_PORT, text.format(port=port, host=host), _EXAMPLE)
        case errno.EACCES:
            text = _("this user may not use port {port}: choose one from {first} on.")
            return Problem(_PORT, text.format(port=port, first=_FIRST_FREE_FOR_ALL), _EXAMPLE)
        case errno.EADDRNOTAVAIL | errno.EAFNOSUPPORT:
            text = _("{host} is no address of this machine.")
            return Problem(_HOST, text.format(host=host), METRICS_HOST)
        case _:
            # The system's own words; Python's would repeat the address.
            reason = errno.errorcode.get(error.errno or 0, type(error).__name__)
            text = _("{host} cannot be listened at ({error}): choose another address.")
            return Problem(_HOST, text.format(host=host, error=reason), METRICS_HOST)
