"""Is the file there that runs are recorded in? What is removed while it is open is written on as if it were."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from penstock.compose.home import Home
from penstock.errors import StoreError
from penstock.store.database import locate

#: Seconds between looks of who stays up.
LOOK: Final = 5.0


class Ground:
    """What a home stands on from now on: its file of SQLite, or its folder where the database is elsewhere."""

    def __init__(self, home: Home) -> None:
        located = locate(home.database_url)
        self._path = located if isinstance(located, Path) else home.path
        self._was = self._identity()

    def check(self) -> None:
        """Raises StoreError where it was removed, or something else has its name now."""
        if self._identity() != self._was:
            raise StoreError(
                f"{self._path} was removed while `penstock up` had it open: nothing is recorded any more",
                cure="start it again; to begin anew, end it before you remove a home",
            )

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return None
        except OSError:  # a disk that does not answer just now
            return self._was
        return found.st_dev, found.st_ino
