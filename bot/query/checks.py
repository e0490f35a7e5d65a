"""What an index evaluates only for a post that nearly satisfies the rest of a query."""

from collections.abc import Mapping

from bot.query.evaluate import Verdict, evaluate
from bot.query.facts import Facts
from bot.query.tree import And, Leaf, Not, Or

#: A union of types would be made anew for each use.
_GROUPS = (And, Or, Not)


class Checks:
    """Leaves and whole queries that are evaluated when a post nearly satisfies the rest.

    Each has an even code; the next odd code stands for its contrary.
    """

    def __init__(self) -> None:
        self.nodes: dict[int, Leaf | And | Or | Not] = {}
        self._codes: dict[Leaf | And | Or | Not, int] = {}
        self._uses: dict[int, int] = {}
        self._next = 0

    def code(self, node: Leaf | And | Or | Not, *, wanted: bool) -> int:
        """Return the code of a node, a new one where it is new, and count one use."""
        code = self._codes.get(node)
        if code is None:
            code = self._next
            self._next += 2
            self._codes[node] = code
            self.nodes[code] = node
            self._uses[code] = 0
        self._uses[code] += 1
        return code if wanted else code + 1

    def release(self, code: int) -> None:
        """Take one use back; a node without any is forgotten."""
        code &= ~1
        self._uses[code] -= 1
        if not self._uses[code]:
            del self._uses[code], self._codes[self.nodes.pop(code)]


class Verdicts(dict[int, Verdict]):
    """What the checks say of one post, evaluated when first asked for."""

    def __init__(self, nodes: Mapping[int, Leaf | And | Or | Not], facts: Facts) -> None:
        super().__init__()
        self._nodes = nodes
        self._facts = facts

    def __missing__(self, code: int) -> Verdict:
        if code & 1:
            contrary = self[code - 1]
            verdict = None if contrary is None else not contrary
        else:
            node = self._nodes[code]
            verdict = (
                evaluate(node, self._facts.verdict)
                if isinstance(node, _GROUPS)
                else self._facts.verdict(node)
            )
        self[code] = verdict
        return verdict
