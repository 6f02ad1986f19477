"""A database belongs to one project, whatever that is called and wherever it lies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from penstock.compose import belonging
from penstock.compose.belonging import adopt, stranger, take, this_project
from penstock.compose.settings import Settings
from penstock.errors import SettingsError, UsageError
from penstock.store import instances
from penstock.store.belonging import Project, give_to, project_of
from penstock.store.database import Database, open_database
from penstock.store.definitions import Found, record_definitions
from tests.postgres import empty, postgres_schema, postgres_server  # noqa: F401  fixtures
from tests.store import made

NOW = made.START
#: Another machine and a folder that may be called as one here.
ELSEWHERE = "web1:/app"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    url = f"{tmp_path}/shared.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_schema")
        empty(url)
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app" / "pipelines").mkdir(parents=True)
    return tmp_path / "app"


def begins(database: Database, folder: Path, name: str | None = None) -> Project:
    """`penstock up` in a folder; whose the database is then."""
    take(database, this_project(folder, Settings(project=name)), folder)
    return owner(database)


def owner(database: Database) -> Project:
    with database.read() as connection:
        found = project_of(connection)
    assert found is not None
    return found


def of_another(database: Database, name: str = "app", *, chosen: bool = False, file: str = "pipelines/nightly.py",
               namespace: str = "default", pipeline: str = "nightly") -> Project:  # fmt: skip
    """What the `penstock up` of a project elsewhere leaves."""
    there = Project(name, chosen, ELSEWHERE)
    with database.write() as connection:
        give_to(connection, there)
        record_definitions(connection, [Found(namespace, pipeline, "v1", json.dumps(made.SPEC), file)], [], NOW)
    return there


def test_who_comes_first_has_it(database: Database, folder: Path) -> None:
    first = begins(database, folder)
    assert (first.name, first.chosen) == ("app", False)
    assert first.where.endswith(f":{folder}")
    assert begins(database, folder) == first


@pytest.mark.parametrize("name", [None, "stall"])
@pytest.mark.parametrize("same_file", [False, True], ids=["", "a file that is called the same"])
def test_a_project_that_has_none_of_its_pipelines_is_another(
    database: Database, folder: Path, name: str | None, same_file: bool
) -> None:
    there = of_another(database)
    (folder / "pipelines" / ("nightly.py" if same_file else "hourly.py")).write_text("Pipeline('nightly_mail')")
    with pytest.raises(SettingsError) as caught:
        begins(database, folder, name)
    assert f"belongs to the project 'app' ({ELSEWHERE}), and this is '{name or 'app'}'" in caught.value.message
    assert 'project = "app"' in str(caught.value.cure)
    assert "penstock db adopt" in str(caught.value.cure)
    assert ("search_path" in str(caught.value.cure)) == (database.dialect == "postgresql")
    assert stranger(database, this_project(folder, Settings(project=name)), folder) is not None
    assert owner(database) == there


def test_a_folder_that_was_moved_or_renamed_or_restored_elsewhere_is_the_same_project(
    database: Database, folder: Path
) -> None:
    of_another(database, "shop")
    (folder / "pipelines" / "nightly.py").write_text("nightly = Pipeline('nightly')")
    assert begins(database, folder).where.endswith(f":{folder}")
    assert stranger(database, this_project(folder, Settings()), folder) is None


def test_a_project_of_which_nothing_is_known_is_given_a_moment(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as connection:
        give_to(connection, Project("app", False, ELSEWHERE))
    monkeypatch.setattr(belonging.time, "sleep", lambda _: of_another(database))
    with pytest.raises(SettingsError):
        begins(database, folder)


def test_a_project_that_holds_nothing_gives_way(database: Database, folder: Path) -> None:
    with database.write() as connection:
        give_to(connection, Project("shop", False, ELSEWHERE))
    mine = this_project(folder, Settings())
    assert stranger(database, mine, folder) is None
    take(database, mine, folder, patience=0.0)
    assert owner(database) == mine


def test_a_kedro_project_is_known_by_its_package(database: Database, folder: Path) -> None:
    of_another(database, file="pyproject.toml", namespace="spaceflights", pipeline="__default__")
    (folder / "pyproject.toml").write_text("[tool.kedro]\npackage_name = 'starships'")
    with pytest.raises(SettingsError):
        begins(database, folder)
    (folder / "pyproject.toml").write_text("[tool.kedro]\npackage_name = 'spaceflights'")
    begins(database, folder)


def test_all_pipelines_of_a_project_may_change_where_it_lies(database: Database, folder: Path) -> None:
    mine = begins(database, folder)
    with database.write() as connection:
        record_definitions(connection, [Found("default", "old", "v1", json.dumps(made.SPEC), "old.py")], [], NOW)
    assert begins(database, folder) == mine


def test_a_name_that_is_set_counts_alone(database: Database, folder: Path) -> None:
    of_another(database, "shop", chosen=True)
    (folder / "pipelines" / "nightly.py").write_text("nightly = Pipeline('nightly')")
    for name in (None, "stall"):
        with pytest.raises(SettingsError, match="'shop'"):
            begins(database, folder, name)
    (folder / "pipelines" / "nightly.py").unlink()
    assert begins(database, folder, "shop").where.endswith(f":{folder}")


def test_a_project_may_be_given_a_name_and_another_one_later(database: Database, folder: Path) -> None:
    begins(database, folder)
    assert begins(database, folder, "stall")[:2] == ("stall", True)
    assert begins(database, folder, "shop")[:2] == ("shop", True)


def test_a_name_that_is_set_stays_so_for_a_folder_of_that_name(database: Database, folder: Path) -> None:
    of_another(database, chosen=True)
    assert begins(database, folder)[:2] == ("app", True)


def test_the_cure_that_is_told_works(database: Database, folder: Path) -> None:
    of_another(database, "shop")
    assert begins(database, folder, "shop")[:2] == ("shop", True)


def test_a_database_within_a_project_is_its_own(tmp_path: Path, folder: Path) -> None:
    database = open_database(folder / ".penstock" / "penstock.db")
    of_another(database, "shop")
    assert begins(database, folder)[:2] == ("app", False)
    of_another(database, "shop", chosen=True)
    with pytest.raises(SettingsError):  # it was given away
        begins(database, folder)
    database.close()


def test_it_is_given_to_another_while_nobody_is_up(database: Database, folder: Path) -> None:
    there, mine = of_another(database, "shop", chosen=True), this_project(folder, Settings())
    with database.write() as connection:
        engine = instances.register(connection, "engine", NOW)
        instances.register(connection, "terminal", NOW)
    with pytest.raises(UsageError, match="`penstock up` works on"):
        adopt(database, mine, NOW)
    assert owner(database) == there
    with database.write() as connection:
        instances.gone(connection, engine, NOW)
    assert adopt(database, mine, NOW) == there
    assert begins(database, folder) == mine


def test_of_two_that_begin_at_once_one_is_refused(postgres_schema: str, folder: Path) -> None:  # noqa: F811
    empty(postgres_schema)
    database = open_database(postgres_schema)
    with ThreadPoolExecutor() as threads:
        with database.write() as connection:
            assert project_of(connection, hold=True) is None
            give_to(connection, Project("shop", True, ELSEWHERE))
            second = threads.submit(begins, database, folder)
            while not connection.one("SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"):
                assert not second.done()
        with pytest.raises(SettingsError, match="'shop'"):
            second.result()
    database.close()
