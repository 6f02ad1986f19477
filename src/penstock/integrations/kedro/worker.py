"""The loader of Kedro projects (CodeRef.loader): what a worker needs of a run whose code is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penstock.integrations.kedro.bootstrap import preload
from penstock.ports.executor import RunContext

if TYPE_CHECKING:
    from penstock.integrations.kedro.loaded import LoadedProject


def load(context: RunContext) -> LoadedProject:
    """Open the project for a run. Raises what Kedro and the project raise."""
    # Kedro sets logging up when it is imported, so whoever imports it comes after this.
    preload()
    from penstock.integrations.kedro.loaded import LoadedProject

    return LoadedProject(context)
