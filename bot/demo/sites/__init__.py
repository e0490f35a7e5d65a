"""The simulated sites: loopback servers that behave as the sites' documents say.

They serve tests and demo alike, and import neither SimCord nor Pillow until a picture is asked
for.
"""

from bot.demo.sites.modes import OK, Mode
from bot.demo.sites.server import Request
from bot.demo.sites.start import SimulatedSites

__all__ = ["OK", "Mode", "Request", "SimulatedSites"]
