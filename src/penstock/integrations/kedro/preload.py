"""Imported by the process that workers are forked from: Kedro itself, and no project."""

from __future__ import annotations

import contextlib
import importlib

from penstock.integrations.kedro.bootstrap import preload

preload()
for _name in (
    "fsspec.implementations.local",
    "kedro.config",
    "kedro.framework.context",
    "kedro.validation.parameter_validator",  # not in every version
    "pydantic.main",
    "penstock.integrations.kedro.loaded",
):
    with contextlib.suppress(ImportError):
        importlib.import_module(_name)
