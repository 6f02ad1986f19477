"""Hearing of changes in folders. It only shortens the wait: who is called looks for himself what has changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

#: Milliseconds within which changes are told together, and between two looks of the library.
_TOGETHER = 100
_STEP = 50

logging.getLogger("watchfiles").setLevel(logging.ERROR)


class Doorbell:
    """Calls `ring` when something changes in one of some folders, in a thread of its own; not in folders below them.

    Folders below are not watched because they may be many, and because links among them may lead in circles.
    """

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._folders: frozenset[Path] = frozenset()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        #: Does it work? Else who waits must look by himself, often.
        self.rings = False

    def watch(self, folders: Iterable[Path]) -> None:
        """Watch these folders instead of those before; those that are not there are left out."""
        wanted = frozenset(folder for folder in folders if folder.is_dir())
        if wanted == self._folders and (self.rings or not wanted):
            return
        self.close()
        self._folders = wanted
        self._stop = threading.Event()
        self.rings = bool(wanted)
        if wanted:
            self._thread = threading.Thread(target=self._listen, args=[wanted, self._stop], daemon=True)
            self._thread.name = "penstock-doorbell"
            self._thread.start()

    def close(self) -> None:
        """Watch nothing any more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.rings = False

    def _listen(self, folders: frozenset[Path], stop: threading.Event) -> None:
        from watchfiles import watch

        try:
            changes = watch(
                *sorted(folders), recursive=False, stop_event=stop, debounce=_TOGETHER, step=_STEP, watch_filter=None,
                raise_interrupt=False, ignore_permission_denied=True, rust_timeout=60_000,
            )  # fmt: skip
            for _ in changes:
                self._ring()
        except Exception:  # too many watches, a folder that has just gone: the next look starts anew
            pass
        finally:
            if self._stop is stop:
                self.rings = False
                self._ring()
