"""Which addresses are ever asked, and how a request's own is made of its parts."""

import re
from collections.abc import Mapping
from ipaddress import ip_address

from msgspec import structs
from yarl import URL

from bot.catalogue import Limit, Site
from bot.texts import _

from .errors import BadRequest, BadResponse

#: What a presigned address is made of; spaces and control characters would be mended in silence.
_ADDRESS = re.compile(r"https?://[!-~]+")


class Addresses:
    """Checks and makes addresses: https anywhere, http to this machine where that is allowed."""

    def __init__(self, *, allow_loopback_http: bool) -> None:
        self._allow_loopback_http = allow_loopback_http

    def admit(self, site: Site) -> None:
        """Raise `BadRequest` for a site whose base address is not one that may be asked."""
        try:
            asked = self._is_base(URL(site.base_url))
        except ValueError:
            asked = False
        if not asked:
            raise BadRequest(
                site.name,
                _("The address of {site} is not one that is ever asked.").format(site=site.title),
            )

    def _is_base(self, url: URL) -> bool:
        # The port is only looked at when it is asked for.
        plain = url.user is None and url.path in {"", "/"} and not url.query_string and url.port
        return bool(url.host and plain and (url.scheme == "https" or self.is_loopback_http(url)))

    def of(self, site: Site, path: str, params: Mapping[str, str], key: str | None) -> URL:
        """Return the address of a request to `site`; `path` is percent-encoded, `params` not."""
        self.admit(site)
        if not path.startswith("/"):
            raise BadRequest(
                site.name, _("That is not an address of {site}.").format(site=site.title)
            )
        query = dict(params) if key is None else {**params, "key": key}
        url = URL(f"{site.base_url.rstrip('/')}{path}", encoded=True)
        return url.with_query(query) if query else url

    def of_upload(self, site: Site, url: str) -> tuple[Site, URL]:
        """Return the host that `site` wants a file put on, as a row, and the address there.

        Raises `BadResponse` for what is no such address, `BadRequest` for a host that the
        operator has not listed.
        """
        if not _ADDRESS.fullmatch(url):
            raise self._no_address(site)
        try:
            address = URL(url, encoded=True)
            # The port is only looked at when it is asked for.
            origin, host_name, usual = address.origin(), address.host, address.is_default_port()
        except ValueError:
            raise self._no_address(site) from None
        here = self.is_loopback_http(address) and self.is_loopback_http(URL(site.base_url))
        if address.user is not None or not (address.scheme == "https" or here):
            raise self._no_address(site)
        if not (host_name in site.upload_hosts and usual) and not here:
            text = _("{site} wants the file on {host}, which {setting} does not name.")
            setting = f"MAILMARE_{site.name.upper()}_UPLOAD_HOSTS"
            raise BadRequest(
                site.name, text.format(site=site.title, host=host_name, setting=setting)
            )
        host = structs.replace(site, base_url=str(origin), limits=(Limit("/", 10, 1.0),))
        return host, address

    def _no_address(self, site: Site) -> BadResponse:
        return BadResponse(
            site.name,
            "presignedUrl",
            _("{site} sent an address for the file that is not used.").format(site=site.title),
        )

    def is_loopback_http(self, url: URL) -> bool:
        """Tell whether `url` is plain http to this machine, and that is allowed."""
        if not self._allow_loopback_http or url.scheme != "http":
            return False
        try:
            return ip_address(url.host or "").is_loopback
        except ValueError:
            return url.host == "localhost"
