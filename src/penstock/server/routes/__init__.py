"""The routes, one file a noun. Each has a `router`; `all_routers` puts them together."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from fastapi import APIRouter

#: In the order of the API's document.
NOUNS: Final = (
    "runs", "requests", "actions", "approvals", "again", "deletion", "history", "graphs", "metrics", "logs", "outputs",
    "pipelines", "views", "session", "about", "stream",
)  # fmt: skip


def all_routers() -> list[APIRouter]:
    """Every router. Raises ImportError for a noun without one."""
    return [import_module(f"penstock.server.routes.{noun}").router for noun in NOUNS]
