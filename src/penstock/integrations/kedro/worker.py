"""The loader of Kedro projects (CodeRef.loader): what a worker needs of a run whose code is one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from penstock.authoring.project import KEDRO_PROJECT
from penstock.errors import DefinitionError
from penstock.integrations.kedro.bootstrap import preload
from penstock.ports.executor import RunContext
from penstock.worker.failures import FACTS

if TYPE_CHECKING:
    from penstock.integrations.kedro.loaded import LoadedProject


def load(context: RunContext) -> LoadedProject:
    """Open the project for a run. Raises DefinitionError for what is wrong with the project as Kedro sees it, and what
    the project's own code raises.
    """
    try:
        # Kedro sets logging up when it is imported, so whoever imports it comes after this.
        preload()
        from penstock.integrations.kedro.loaded import LoadedProject

        return LoadedProject(context)
    except DefinitionError:
        raise
    except Exception as error:
        from penstock.integrations.kedro.troubles import described

        told = described(error, Path(context.code["root"], KEDRO_PROJECT))
        if "traceback" in told:
            raise
        wrong = DefinitionError(told["message"], cure=told["cure"], file=told["file"], line=told["line"])
        setattr(wrong, FACTS, {"file": told["file"], "line": told["line"]})
        raise wrong from None
