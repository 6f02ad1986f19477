"""Tasks of a loader (worker.code.Loaded) whose function is ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from penstock.model.spec import TaskSpec
from penstock.worker.code import Task


class CalledTask(Task):
    """A task that takes nothing from params. `key` is what keys of its artifacts begin with."""

    __slots__ = ()

    def __init__(self, spec: TaskSpec, function: Callable[..., Any], key: str = "") -> None:
        self.spec = spec
        self.function = function
        self.condition = None
        self.given = {}
        self.condition_given = {}
        self.fresh = False
        self.lone_output = None
        self.key = key
