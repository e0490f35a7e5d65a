"""What the process's exit status says to whatever supervises it."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit statuses of the command line, after the names of `sysexits.h` where one fits."""

    OK = 0
    FAILED = 1
    """`doctor` found something to do, `health` no living bot; or a fault, which the log has."""
    USAGE = 2
    """The command line itself was wrong."""
    DATA = 65
    """The database is damaged, not one, or newer than the program: starting again cannot help."""
    UNAVAILABLE = 69
    """Discord could not be reached, or ended the connection for good: worth another start.

    For `site` and `explain`: the site, which may be asked again later.
    """
    IO = 74
    """The data directory cannot be written."""
    TEMPORARY = 75
    """Another instance runs on this data directory, or Discord allows no log-in yet."""
    REFUSED = 77
    """Discord refused the token or the intents: starting again cannot help."""
    CONFIGURATION = 78
    """A setting is wrong or missing: starting again cannot help."""
