"""What the cold figures run: a pipeline of one task that does nothing, and one whose task stays until it is ended."""

import time
from pathlib import Path

from penstock import Pipeline

one = Pipeline("one")
staying = Pipeline("staying", params={"marker": ""})


@one.task
def nothing() -> int:
    return 1


@staying.task
def stay(marker: str) -> None:
    """Tell that it runs by a file, then wait."""
    Path(marker).touch()
    time.sleep(600)
