"""The process beside a run of Kedro's: `python -m penstock.compose.kedro_recorder SPOOL`.

It speaks to nobody. What went wrong is in `trouble.txt` of the spool, which then stays until somebody else reads it.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from penstock.compose.home import Home
from penstock.compose.kedro_spools import record, waits_for_reader
from penstock.compose.settings import load_settings
from penstock.errors import PenstockError
from penstock.store.database import open_database

#: What this process costs is taken from what the machine has left.
NICE = 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Record one run to its end; the exit code."""
    logging.basicConfig(level=logging.WARNING, format="penstock: %(message)s")
    (folder,) = map(Path, sys.argv[1:] if arguments is None else arguments)
    os.nice(NICE)
    try:
        _work(folder)
    except (PenstockError, OSError) as error:
        print(f"penstock: {error}", file=sys.stderr)
        return 1
    return 0


def _work(folder: Path) -> None:
    if not waits_for_reader(folder):
        return
    path = folder.parent.parent
    settings = load_settings(path.parent if path.name == ".penstock" else Path.cwd(), os.environ)
    home = Home(path, settings.database or str(path / "penstock.db"))
    database = open_database(home.database_url)
    try:
        record(home, database, folder, log_limit=settings.log_limit)
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(main())
