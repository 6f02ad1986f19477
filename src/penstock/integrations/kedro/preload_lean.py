"""Imported by the process that workers are forked from, before the datasets (see integrations.kedro.lean)."""

from __future__ import annotations

from penstock.integrations.kedro import lean

lean.begin()
