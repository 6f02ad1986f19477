"""Saved views of the list of runs."""

from __future__ import annotations

from pydantic import Field

from penstock.wire.base import Asked, Body, Time


class SavedView(Body):
    """A named filter: the query string of the list, and the columns that are shown."""

    id: int
    name: str
    query: str
    columns: list[str]
    created_at: Time


class SavedViewBody(Asked):
    """A view to keep."""

    name: str = Field(min_length=1, max_length=80)
    query: str = Field(max_length=4000)
    columns: list[str] = Field(default_factory=list, max_length=40)


class SavedViewList(Body):
    """All views, by name."""

    items: list[SavedView]
