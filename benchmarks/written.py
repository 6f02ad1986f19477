"""Figures as a file, for comparison with another run."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.environments import HERE
from benchmarks.machine import Machine


def write(
    path: Path | None,
    begun: datetime,
    machine: Machine,
    what: dict[str, list[dict[str, Any]]],
    console: Console,
    prefix: str = "",
) -> None:
    """Write one JSON document: when, on which machine, and `what`; by default named by `prefix` and the time."""
    path = path or HERE / "results" / f"{prefix}{begun:%Y%m%d-%H%M%S}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {"at": begun.isoformat(), "machine": machine.to_json(), **what}
    path.write_text(json.dumps(document, indent=1) + "\n")
    console.print(f"results: {path}", highlight=False, soft_wrap=True)
