"""Imported by the process that workers are forked from: Kedro itself, and no project."""

from __future__ import annotations

from penstock.integrations.kedro.bootstrap import preload

preload()
