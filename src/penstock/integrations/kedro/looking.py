"""The loader of a look into a project (integrations.kedro.look): what a worker does for it."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from penstock.integrations.kedro.bootstrap import preload
from penstock.integrations.kedro.called import CalledTask
from penstock.integrations.kedro.look import ANSWER
from penstock.model.spec import TaskSpec
from penstock.ports.executor import RunContext
from penstock.worker.values import Values


def load(context: RunContext) -> Looking:
    """Open the project, for this look and for the run that comes after it. Raises nothing: the look tells what is
    wrong, and a worker that makes none opens the project for its run again.
    """
    # Kedro sets logging up when it is imported, so whoever imports it comes after this.
    with contextlib.suppress(BaseException):
        preload()
        from penstock.integrations.kedro import opened

        opened.ahead(Path(context.code["root"]), context.code["options"]["env"])
    return Looking(context)


class Looking:
    """The only task of a look."""

    def __init__(self, context: RunContext) -> None:
        self.values = Values(context.artifacts)
        self._context = context

    def task(self, name: str) -> CalledTask:
        """The task, whatever it is called."""
        return CalledTask(TaskSpec(name), self._look)

    def _look(self) -> None:
        from penstock.authoring.project import KEDRO_PROJECT
        from penstock.integrations.kedro.discover import answer

        code = self._context.code
        told = answer(Path(code["root"], KEDRO_PROJECT), code["name"], code["options"]["env"])
        Path(self._context.artifacts, ANSWER).write_text(json.dumps(told), encoding="utf-8")
