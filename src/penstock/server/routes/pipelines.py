"""Pipelines: what they are, how their runs went."""

from __future__ import annotations

from fastapi import APIRouter

router = APIRouter()
