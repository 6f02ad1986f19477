"""The last values that a worker wrote or read: a reader of one skips the digest, and gets its own all the same.

What is kept is never a value that somebody may change, but what makes one: a sealed file that is mapped, an immutable
table. So what comes from here is made by the same steps as what comes from disk.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from penstock.artifacts.content import Stamp

BYTES: Final = 256 << 20
ITEMS: Final = 32


class _Kept(NamedTuple):
    digest: str | None
    stamp: Stamp
    make: Callable[[], Any]
    size: int


class Recent:
    """The least recently used go first. For one thread at a time.

    `max_bytes` bounds the sizes of their files. Those are mapped, so the memory counted to this process is less.
    """

    def __init__(self, max_bytes: int = BYTES, max_items: int = ITEMS) -> None:
        self._max_bytes = max_bytes
        self._max_items = max_items
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0

    def keep(self, path: str, digest: str | None, stamp: Stamp, make: Callable[[], Any]) -> None:
        """Keep what makes the value of a file that was `stamp` when it was whole, unless it is too large."""
        self.drop(path)
        if stamp.size > self._max_bytes:
            return
        self._kept[path] = _Kept(digest, stamp, make, stamp.size)
        self._bytes += stamp.size
        while self._bytes > self._max_bytes or len(self._kept) > self._max_items:
            self._bytes -= self._kept.popitem(last=False)[1].size

    def find(self, path: str, digest: str | None, now: Stamp | None) -> Callable[[], Any] | None:
        """What makes the value; None when it is not here, or its file is not the one of then (`now`: its stamp)."""
        found = self._kept.get(path)
        if found is None:
            return None
        if found.digest != digest or found.stamp != now:
            self.drop(path)
            return None
        self._kept.move_to_end(path)
        return found.make

    def drop(self, path: str) -> None:
        """Forget one."""
        found = self._kept.pop(path, None)
        if found is not None:
            self._bytes -= found.size

    def __len__(self) -> int:
        return len(self._kept)
