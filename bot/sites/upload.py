"""A file on its way to a presigned address: read as it is sent, its size checked."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable
from pathlib import Path
from typing import TypeAlias

from bot.texts import _

#: What is sent: a file, or anything that gives bytes, and raises OSError where it cannot. What
#: gives them once is tried once.
Content: TypeAlias = Path | AsyncIterable[bytes]
#: Hears how many bytes have gone, of how many; begins again with a new try.
Progress: TypeAlias = Callable[[int, int], None]
#: Bytes that are handed on at a time.
CHUNK = 64 * 1024


class Upload:
    """One file: what it holds, how long it must be, and who wants to hear how far it is."""

    def __init__(self, content: Content, size: int, progress: Progress | None = None) -> None:
        self._content = content
        self._size = size
        self._progress = progress
        self.fault = ""
        """What was wrong with the content itself, for people; empty where nothing was."""

    @property
    def again(self) -> bool:
        """Tell whether the content can be read once more, for another try."""
        return isinstance(self._content, Path) or aiter(self._content) is not self._content

    async def stream(self, moved: Callable[[], None]) -> AsyncIterator[bytes]:
        """Give the content in pieces, calling `moved` before each.

        Ends in an error, with `fault` saying which, where there is more or less than was said:
        the address is signed for that size, and half a file must not look like a whole one.
        """
        self._tell(sent := 0)
        async for piece in self._pieces():
            if sent + len(piece) > self._size:
                raise self._wrong(_("The file is longer than was said."))
            sent += len(piece)
            moved()
            yield piece
            self._tell(sent)
        if sent < self._size:
            raise self._wrong(_("The file is shorter than was said."))
        moved()

    async def _pieces(self) -> AsyncIterator[bytes]:
        try:
            if not isinstance(self._content, Path):
                async for whole in self._content:
                    for start in range(0, len(whole), CHUNK):
                        yield whole[start : start + CHUNK]
                return
            file = await asyncio.to_thread(self._content.open, "rb")
            with file:
                while piece := await asyncio.to_thread(file.read, CHUNK):
                    yield piece
        except OSError:
            raise self._wrong(_("The file cannot be read.")) from None

    def _tell(self, sent: int) -> None:
        if self._progress is not None:
            self._progress(sent, self._size)

    def _wrong(self, fault: str) -> OSError:
        self.fault = fault
        return OSError(fault)
