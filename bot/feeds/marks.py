"""What a message is known by: its nonce, which Discord honours for a while, and its marker.

The marker is the id of the message's first announcement. It stands in the message itself, in the
report button, so that it is found again when the nonce is forgotten. Pure.
"""

#: Discord takes no longer nonce.
NONCE_LIMIT = 25

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def nonce(database_id: str, marker: int) -> str:
    """Return the nonce of a message: the same for each attempt, and of no other message.

    `database_id` is new in every restored copy, whose ids were given before. Raises ValueError
    where Discord would not take it.
    """
    made = f"{database_id}-{base36(marker)}"
    if len(made) > NONCE_LIMIT:
        raise ValueError(f"a nonce of {len(made)} characters")
    return made


def base36(number: int) -> str:
    """Return a number of at least 0 in digits and small letters."""
    if number < 0:
        raise ValueError("a negative number")
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits
