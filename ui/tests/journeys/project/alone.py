"""One run at a time; each goes on until a file says that it may end."""

import time
from pathlib import Path

from penstock import Pipeline

alone = Pipeline("alone", namespace="shop", params={"gate": ""}, concurrency=1)


@alone.task
def only(gate: str) -> int:
    while gate and not Path(gate).exists():
        time.sleep(0.05)
    return 1
