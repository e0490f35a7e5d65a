"""The doctor's look at the endpoint's address: free for the next start, or the bot's already."""

from ipaddress import ip_address

import aiohttp
import msgspec
from msgspec import Struct

from bot.finding import Finding, Patient
from bot.texts import _

from .address import EndpointError, listen

_TIMEOUT = aiohttp.ClientTimeout(total=5)
_LARGEST_BODY = 1000


class _Word(Struct):
    ok: bool
    state: str


async def check_endpoint(patient: Patient) -> Finding:
    """Find out whether the endpoint has, or can have, the address that the settings name."""
    host, port = patient.settings.metrics_host, patient.settings.metrics_port
    if port is None:
        return Finding(ok=True, text=_("switched off."))
    try:
        listen(host, port).close()
    except EndpointError as error:
        if error.in_use and await _is_ours(host, port):
            return Finding(ok=True, text=_("the running bot answers there."))
        return Finding(ok=False, text=str(error))
    return Finding(ok=True, text=_("{host} and port {port} are free.").format(host=host, port=port))


async def _is_ours(host: str, port: int) -> bool:
    address = ip_address(host)
    if address.is_unspecified:
        host = "::1" if address.version == 6 else "127.0.0.1"  # noqa: PLR2004 - IP's own number
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.get(
                f"http://{f'[{host}]' if ':' in host else host}:{port}/health",
                allow_redirects=False,
            ) as reply,
        ):
            msgspec.json.decode(await reply.content.read(_LARGEST_BODY), type=_Word)
    except (aiohttp.ClientError, OSError, TimeoutError, msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return True
