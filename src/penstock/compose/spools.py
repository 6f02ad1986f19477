"""A quick look for spools of Kedro's runs: most homes have none, and what reads them takes a while to import."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from penstock.compose.home import Home
from penstock.integrations.kedro.spool import FOLDER

if TYPE_CHECKING:
    from penstock.store.database import Database


def any_spools(home: Home) -> bool:
    """Is there a spool in a home?"""
    try:
        return bool(os.listdir(home.path / FOLDER))
    except OSError:
        return False


def read_spools(home: Home, database: Database, log_limit: int) -> set[int]:
    """See that all spools of a home are read (kedro_spools.finish); keys of runs whose spools still are."""
    if not any_spools(home):
        return set()
    from penstock.compose import kedro_spools

    kedro_spools.finish(home, database, log_limit=log_limit)
    return kedro_spools.runs_of(home)
