"""What is kept back on the way to a post that may be shown, and how that is said."""

from collections import Counter

from msgspec import Struct

from bot.clock import Clock
from bot.posts.model import Post
from bot.posts.text import safe_text
from bot.safety import Policy, VerifiedPost, verify
from bot.texts import _, ngettext

#: Rules that one answer names.
_RULES_TOLD = 5
_RULE = 200


class Hidden(Struct, frozen=True):
    """How many posts one rule of the server or channel kept out of an answer."""

    rule: str
    """Which rule, in words that everybody may read."""
    count: int


class Sieve:
    """Lets through what may be shown, and counts what the server's own rules keep back."""

    def __init__(self, policy: Policy, clock: Clock) -> None:
        self._policy = policy
        self._clock = clock
        self._counts: Counter[str] = Counter()

    def pass_(self, post: Post) -> VerifiedPost | None:
        """Return the post verified, or `None` for one that may not be shown."""
        verified = verify(post, self._policy, clock=self._clock)
        if isinstance(verified, VerifiedPost):
            return verified
        if verified.by is not None:
            self._counts[verified.by.public_label] += 1
        return None

    @property
    def hidden(self) -> tuple[Hidden, ...]:
        """Return what each of the server's rules kept back, the busiest first."""
        return tuple(Hidden(rule, count) for rule, count in self._counts.most_common())


def hidden_text(hidden: tuple[Hidden, ...]) -> str:
    """Return how many posts were kept back and by which rules; nothing where none was."""
    if not hidden:
        return ""
    count = sum(one.count for one in hidden)
    head = ngettext(
        "{count} post was hidden here:", "{count} posts were hidden here:", count
    ).format(count=count)
    lines = [
        _("- {count} by the {rule}").format(count=one.count, rule=safe_text(one.rule, _RULE))
        for one in hidden[:_RULES_TOLD]
    ]
    if len(hidden) > _RULES_TOLD:
        lines.append(_("- and by {count} more rules").format(count=len(hidden) - _RULES_TOLD))
    return "\n".join([head, *lines])


def none_shown(hidden: tuple[Hidden, ...]) -> str:
    """Return that nothing of what was found may be shown, and which rules kept it back."""
    text = _("None of the posts found may be shown here.")
    return f"{text}\n{hidden_text(hidden)}" if hidden else text
