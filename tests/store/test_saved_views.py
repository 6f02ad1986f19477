"""Saved views of the list of runs."""

from __future__ import annotations

import pytest

from penstock.errors import NameTaken, NotFound, UsageError
from penstock.store import saved_views
from penstock.store.database import Database
from penstock.wire.views import SavedView
from tests.store import made

NOW = made.START


def create(database: Database, name: str) -> int:
    with database.write() as connection:
        return int(saved_views.create_view(connection, name, "state=failed", ["state"], NOW)["id"])


def names(database: Database) -> list[str]:
    with database.read() as connection:
        return [view["name"] for view in saved_views.list_views(connection)]


def test_a_view_is_kept_as_it_is(database: Database) -> None:
    number = create(database, "<b>é</b>")
    with database.read() as connection:
        (view,) = saved_views.list_views(connection)
    assert view == {
        "id": number, "name": "<b>é</b>", "query": "state=failed", "columns": ["state"],
        "created_at": "2013-01-01T00:00:00.000000Z",
    }  # fmt: skip
    assert SavedView.model_validate(view, strict=True).model_dump() == view


def test_views_come_by_name(database: Database) -> None:
    for name in ("b", "C", "a"):
        create(database, name)
    assert names(database) == ["a", "b", "C"]


def test_a_view_changes_and_goes(database: Database) -> None:
    first, second = create(database, "a"), create(database, "b")
    with database.write() as connection:
        assert saved_views.update_view(connection, first, "z", "", [])["name"] == "z"
        saved_views.delete_view(connection, second)
    assert names(database) == ["z"]
    assert create(database, "b") > second, "a bookmark of a view that was deleted must not show another one"


def test_names_differ(database: Database) -> None:
    number = create(database, "a")
    create(database, "b")
    with pytest.raises(NameTaken, match="a view 'a' already"):
        create(database, "a")
    with pytest.raises(NameTaken), database.write() as connection:
        saved_views.update_view(connection, number, "b", "", [])
    assert names(database) == ["a", "b"]


def test_a_view_that_is_not_there(database: Database) -> None:
    with database.write() as connection:
        with pytest.raises(NotFound, match="no view 99"):
            saved_views.update_view(connection, 99, "a", "", [])
        with pytest.raises(NotFound, match="no view 99"):
            saved_views.delete_view(connection, 99)


def test_there_are_never_too_many(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_views, "MOST", 2)
    create(database, "a")
    create(database, "b")
    with pytest.raises(UsageError, match="2 views already"):
        create(database, "c")


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x00"])
def test_a_name_that_can_not_be_kept(database: Database, name: str) -> None:
    with pytest.raises(UsageError):
        create(database, name)
