"""How we introduce ourselves to the sites (rule L17)."""

from bot import PROJECT_URL, __version__


def user_agent(contact: str = "") -> str:
    """Return the User-Agent: name, version, project, and the operator's contact if given.

    Characters that a header cannot carry are left out of `contact`.
    """
    shown = "".join(c for c in contact if " " <= c <= "~" and c not in "()\\;").strip()
    whom = f"; contact: {shown}" if shown else ""
    return f"Mailmare/{__version__} (+{PROJECT_URL}{whom})"
