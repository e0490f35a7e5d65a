"""What the outbox and the tails remember goes in time: a little at once, so nobody waits for it."""

from bot.store import Store
from bot.store.announcements import FORGOTTEN


class Forgetting:
    """Deletes what is over for long enough (`bot.store.announcements` and `posts` say how long)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def turn(self) -> None:
        """Delete it all, in one short transaction after the other. Raises StoreError."""
        async with self._store.write() as tx:
            await tx.notices.forget_old()
        while True:
            async with self._store.write() as tx:
                gone = await tx.announcements.forget_old()
            if gone < FORGOTTEN:
                break
        gone = 1
        while gone:
            async with self._store.write() as tx:
                gone = await tx.posts.forget_old()
