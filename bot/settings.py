"""Settings from the environment, `.env` and secret files: read once, checked all at once."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
from dotenv.parser import parse_stream
from msgspec import Struct

from bot.catalogue import CATALOGUE
from bot.quotas import (
    CATCH_UP,
    FEED_RATE,
    FEEDS,
    GUILD_RATE,
    NONCE_WINDOW,
    REPORT_RATE,
    USER_RATE,
    Rate,
)
from bot.secret import Secret
from bot.setting import PREFIX, Setting
from bot.settings_table import (
    DISCORD_API_URL,
    DISCORD_GATEWAY_URL,
    METRICS_HOST,
    SETTINGS,
    LogFormat,
    LogLevel,
    Profile,
)
from bot.texts import _

__all__ = [
    "SETTINGS",
    "Problem",
    "Secret",
    "Setting",
    "Settings",
    "SettingsError",
    "SiteOverride",
    "load",
]

#: How alike two names are of which one is a slip of the other; below it are other words.
_ALIKE = 0.88
_BY_NAME = {setting.name: setting for setting in SETTINGS}


class SiteOverride(Struct, frozen=True, kw_only=True):
    """What the operator changes of one row of the catalogue; None leaves the row's own value."""

    enabled: bool = True
    url: str | None = None
    """Scheme and host, without a trailing slash."""
    media_hosts: frozenset[str] | None = None
    filter: int | None = None
    """The site's own filter that anonymous calls name (reference: safety, 3.4)."""
    upload_hosts: frozenset[str] | None = None
    """The only hosts that files are put on where the site says so."""
    key: Secret | None = None
    """The operator's own API key there (rule D9)."""


class Settings(Struct, frozen=True, kw_only=True):
    """Everything the operator can set, checked."""

    discord_token: Secret | None = None
    data_dir: Path = Path("data")
    contact: str = ""
    """How a site's staff reaches the operator, for the User-Agent (rule L17)."""
    profile: Profile = "safe"
    """What the whole deployment may show; under `safe` nothing else can be (rule D7)."""
    graphic: bool = False
    """Whether servers may opt in to violent art where `profile` allows it (rule D2)."""
    log_level: LogLevel = "info"
    log_format: LogFormat = "text"
    metrics_port: int | None = None
    """Where `/health` and `/metrics` are; `None`: nowhere."""
    metrics_host: str = METRICS_HOST
    operator_guild: int | None = None
    """The one server with `/operator`."""
    user_rate: Rate = USER_RATE
    guild_rate: Rate = GUILD_RATE
    report_rate: Rate = REPORT_RATE
    feeds: int = FEEDS
    feed_posts: Rate = FEED_RATE
    catch_up: int = CATCH_UP
    nonce_window: int = NONCE_WINDOW
    sites: dict[str, SiteOverride] = msgspec.field(
        default_factory=lambda: {name: SiteOverride() for name in CATALOGUE}
    )
    """By catalogue name; every site is there."""
    allow_loopback_sites: bool = False
    """Whether a site's address may be plain http on this machine (simulated sites)."""
    discord_api_url: str = DISCORD_API_URL
    discord_gateway_url: str = DISCORD_GATEWAY_URL

    def secrets(self) -> tuple[str, ...]:
        """Return the secret values themselves, for the log's redaction."""
        token = (self.discord_token.reveal(),) if self.discord_token else ()
        return (*token, *self.site_keys().values())

    def site_keys(self) -> dict[str, str]:
        """Return the operator's API keys by site, for the one call that needs them."""
        return {name: own.key.reveal() for name, own in self.sites.items() if own.key}


class Problem(Struct, frozen=True):
    """One setting that is wrong: its name, what is wrong, and a value that would do."""

    name: str
    text: str
    example: str = ""

    def __str__(self) -> str:
        """Return the line that the operator reads."""
        line = f"{self.name}: {self.text}"
        if not self.example:
            return line
        return line + " " + _("For example: {example}").format(example=self.example)


class SettingsError(Exception):
    """The settings as they stand cannot be used; `problems` names every one that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def load(environ: Mapping[str, str], dotenv: Path | None = None) -> Settings:
    """Read, check and return the settings; what `environ` sets wins over the file `dotenv`.

    An empty value counts as not set. Raises SettingsError naming everything that is wrong.
    """
    problems: list[Problem] = []
    in_file = _read_dotenv(dotenv, problems)
    texts = _merge(in_file, environ)
    problems += _unknown(texts, in_file)
    in_files = _read_secret_files(texts, problems)

    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = texts.get(setting.name, "")
        if text and not setting.name.endswith("_FILE"):
            try:
                values[setting.key] = setting.parse(text)
            except ValueError as error:
                name, reason = setting.name, str(error)
                if name in in_files:
                    name, reason = in_files[name], _("what it holds {reason}").format(reason=error)
                problems.append(Problem(name, reason, setting.example))
    if not values.get("allow_loopback_sites"):
        problems += _plain_sites(values)
    if problems:
        raise SettingsError(tuple(problems))
    return _assemble(values)


def _read_dotenv(path: Path | None, problems: list[Problem]) -> dict[str, str]:
    if path is None or not path.exists():
        return {}
    try:
        text = path.read_text("utf-8-sig")  # Some editors begin a file with a byte order mark.
    except OSError as error:
        problems.append(
            Problem(str(path), _("cannot be read: {error}.").format(error=error.strerror))
        )
        return {}
    except UnicodeDecodeError:
        problems.append(Problem(str(path), _("is not UTF-8 text.")))
        return {}
    values: dict[str, str] = {}
    for binding in parse_stream(StringIO(text)):
        # The line itself is not shown: it may hold a secret.
        if binding.error or (binding.key is not None and binding.value is None):
            problems.append(
                Problem(
                    str(path),
                    _("line {line} is not NAME=value.").format(line=binding.original.line),
                )
            )
        elif binding.key is not None and binding.value is not None:
            values[binding.key] = binding.value
    return values


def _merge(low: Mapping[str, str], high: Mapping[str, str]) -> dict[str, str]:
    """Put `high` over `low`; a secret set in `high` in one way hides both ways in `low`."""
    merged = {name: value.strip() for name, value in low.items()}
    for setting in SETTINGS:
        pair = (setting.name, setting.name + "_FILE")
        if setting.secret and any(high.get(name, "").strip() for name in pair):
            for name in pair:
                merged.pop(name, None)
    merged.update({name: value.strip() for name, value in high.items() if value.strip()})
    return merged


def _unknown(texts: Mapping[str, str], in_file: Mapping[str, str]) -> Iterator[Problem]:
    """Refuse names that are ours and mean nothing, and those that were meant to be ours.

    What begins as Discord's do is ours in the file; the environment is other programs' too, so
    there only what is nearly one of ours counts.
    """
    for name in sorted(texts):
        known = name.upper()
        if name in _BY_NAME or not known.startswith((PREFIX, "DISC")):
            continue
        close = get_close_matches(known, _BY_NAME, n=1, cutoff=_ALIKE)
        ours = name.startswith(PREFIX) or (name.startswith("DISCORD_") and name in in_file)
        if ours or close:
            hint = _(" Did you mean {name}?").format(name=close[0]) if close else ""
            yield Problem(name, _("there is no such setting.") + hint)


def _read_secret_files(texts: dict[str, str], problems: list[Problem]) -> dict[str, str]:
    """Put what the files hold into `texts`; return which setting named the file of which."""
    named: dict[str, str] = {}
    for setting in SETTINGS:
        file_name = setting.name + "_FILE"
        if not setting.secret or not texts.get(file_name):
            continue
        if texts.get(setting.name):
            problems.append(
                Problem(file_name, _("is set beside {name}; keep one.").format(name=setting.name))
            )
            continue
        try:
            text = Path(texts[file_name]).read_text("utf-8-sig").strip()
        except OSError as error:
            problems.append(
                Problem(file_name, _("cannot be read: {error}.").format(error=error.strerror))
            )
        except UnicodeDecodeError:
            problems.append(Problem(file_name, _("is not UTF-8 text.")))
        except ValueError:
            problems.append(Problem(file_name, _("is no path of a file.")))
        else:
            if text:
                texts[setting.name] = text
                named[setting.name] = file_name
            else:
                problems.append(Problem(file_name, _("names an empty file.")))
    return named


def _plain_sites(values: Mapping[str, object]) -> Iterator[Problem]:
    for site in CATALOGUE:
        if str(values.get(f"{site}.url", "")).startswith("http:"):
            yield Problem(
                f"{PREFIX}{site.upper()}_URL",
                _("is plain http, which needs {name}=true.").format(
                    name="MAILMARE_ALLOW_LOOPBACK_SITES"
                ),
            )


def _assemble(values: Mapping[str, Any]) -> Settings:
    fields = {key: value for key, value in values.items() if "." not in key}
    overrides: dict[str, dict[str, Any]] = {site: {} for site in CATALOGUE}
    for key, value in values.items():
        site, dot, field = key.partition(".")
        if dot:
            overrides[site][field] = value
    sites = {site: SiteOverride(**changed) for site, changed in overrides.items()}
    return Settings(**fields, sites=sites)
