"""Made twice by a journey, which writes another version of it in between."""

import time

from penstock import Param, Pipeline, run

growing = Pipeline("growing", namespace="shop", params={"rows": Param("int", 20), "pause": Param("float", 0.0)})


@growing.task
def read(rows: int, pause: float) -> list[int]:
    time.sleep(pause)
    return list(range(rows))


@growing.task
def kept(read: list[int]) -> list[int]:
    found = [row for row in read if row % 2 == 0]
    run.metric("kept", len(found), unit="rows")
    return found


@growing.task
def told(kept: list[int]) -> str:
    return f"{len(kept)} rows"
