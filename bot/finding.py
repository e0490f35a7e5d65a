"""What the doctor looks at, and what it finds."""

from msgspec import Struct

from bot.clock import Clock
from bot.settings import Settings
from bot.sites import Sites, Transport


class Finding(Struct, frozen=True):
    """What one check found: whether it is well, and what to do where not."""

    ok: bool
    text: str
    advice: str = ""


class Patient(Struct, frozen=True):
    """What the checks look at."""

    settings: Settings
    clock: Clock
    transport: Transport
    sites: Sites
