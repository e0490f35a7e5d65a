"""Secrets as values that do not show themselves (reference: safety, 6)."""

from typing import NoReturn


class Secret:
    """A value that no `repr`, `str`, format or pickle shows: only `reveal` does."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        """Show that there is a secret, and nothing of it."""
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        """Format what `repr` shows."""
        return format(repr(self), spec)

    def __eq__(self, other: object) -> bool:
        """Say whether both hold the same value."""
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        """Agree with `__eq__`."""
        return hash((Secret, self._value))

    def __copy__(self) -> "Secret":
        """Return itself: it never changes."""
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> "Secret":
        """Return itself: it never changes."""
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled."""
        message = "a secret is not written down"
        raise TypeError(message)
