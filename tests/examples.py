"""How many examples of a property are tried where it wants a number of its own."""

from hypothesis import settings

_BRIEF = "brief"


def examples(count: int) -> int:
    """Return `count`; few where a run only measures which lines the tests reach."""
    if settings.get_current_profile_name() == _BRIEF:
        return min(count, settings.get_profile(_BRIEF).max_examples)
    return count
