"""Small plots made of letters, for texts. Pure."""

#: From an eighth of a letter to a whole one.
_EIGHTHS = "▏▎▍▌▋▊▉█"


def bar(value: float, largest: float, width: int) -> str:
    """Return a bar of at most `width` letters, as long as `value` is of `largest`.

    What is more than nothing can always be seen.
    """
    if value <= 0 or largest <= 0:
        return ""
    eighths = max(1, round(min(value / largest, 1.0) * width * 8))
    whole, rest = divmod(eighths, 8)
    return _EIGHTHS[-1] * whole + (_EIGHTHS[rest - 1] if rest else "")
