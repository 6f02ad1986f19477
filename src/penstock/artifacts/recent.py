"""The last tables that a worker wrote or read, as immutable Arrow: a reader skips disk and digest, and gets its own."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

MOST_BYTES: Final = 256 << 20
MOST_ITEMS: Final = 32


class Recent:
    """The least recently used go first. Only what can't be changed may be kept."""

    def __init__(self, most_bytes: int = MOST_BYTES, most_items: int = MOST_ITEMS) -> None:
        self._most_bytes = most_bytes
        self._most_items = most_items
        self._kept: OrderedDict[str, tuple[Any, int]] = OrderedDict()
        self._bytes = 0

    def keep(self, path: str, value: Any, size: int) -> None:
        """Keep a value of `size` bytes, unless it is too large."""
        self.drop(path)
        if size > self._most_bytes:
            return
        self._kept[path] = (value, size)
        self._bytes += size
        while self._bytes > self._most_bytes or len(self._kept) > self._most_items:
            self._bytes -= self._kept.popitem(last=False)[1][1]

    def find(self, path: str) -> Any:
        """The value, or None."""
        found = self._kept.get(path)
        if found is None:
            return None
        self._kept.move_to_end(path)
        return found[0]

    def drop(self, path: str) -> None:
        """Forget one."""
        found = self._kept.pop(path, None)
        if found is not None:
            self._bytes -= found[1]
