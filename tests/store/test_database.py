"""Opening a database, and what may be wrong with it."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.errors import (
    DiskFull,
    NotFound,
    SettingsError,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreVersionError,
)
from penstock.store.check import check
from penstock.store.connection import Connection
from penstock.store.database import Database, is_file, locate, open_database
from penstock.store.ddl import HEAD
from penstock.store.edition import shown
from penstock.store.rows import Commit
from penstock.store.write import apply
from penstock.store.writer import Writer
from tests.store import made

sqlite_only = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
postgres_only = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


class TestOpening:
    def test_a_new_database_is_made_once(self, url: str) -> None:
        first = open_database(url)
        with first.write() as connection:
            apply(connection, made.first_commit())
        second = open_database(url)
        with second.read() as connection:
            assert connection.all("SELECT key FROM run") == [(made.KEY,)]
            assert connection.all("SELECT version_num FROM alembic_version") == [(HEAD,)]
        first.close()
        second.close()

    def test_only_its_owner_may_read_it(self, tmp_path: Path) -> None:
        path = tmp_path / "a" / "home" / "penstock.db"
        before = os.umask(0)
        try:
            database = open_database(path)
            with database.write() as connection:
                apply(connection, made.first_commit())
            assert mode(path) == mode(Path(f"{path}-wal")) == mode(Path(f"{path}-shm")) == "0o600"
            assert mode(path.parent) == "0o700"
        finally:
            os.umask(before)
        database.close()

    def test_every_commit_is_on_disk_before_it_is_answered(self, tmp_path: Path) -> None:
        database = open_database(tmp_path / "penstock.db")
        with database.write() as connection:
            assert connection.one("PRAGMA journal_mode") == ("wal",)
            assert connection.one("PRAGMA synchronous") == (2,)

    def test_processes_that_make_the_same_database_at_once_all_get_it(self, tmp_path: Path) -> None:
        script = (
            "import sys\nfrom penstock.store.database import open_database\nsys.stdin.readline()\n"
            "open_database(sys.argv[1]).close()\n"
        )
        children = [
            subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "penstock.db")], stdin=-1, text=True)
            for _ in range(4)
        ]
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        for child in children:
            child.communicate(timeout=60)
        assert [child.returncode for child in children] == [0] * 4
        assert check(open_database(tmp_path / "penstock.db")) == []

    def test_what_is_missing_is_only_made_when_asked(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match=r"no database at .*penstock\.db"):
            open_database(tmp_path / "penstock.db", create=False)
        assert list(tmp_path.iterdir()) == []

    def test_starting_loads_no_heavy_library(self) -> None:
        script = (
            "import sys\nimport penstock.store.database, penstock.store.writer, penstock.store.documents, "
            "penstock.store.runs, penstock.store.check\n"
            "print(sorted({'sqlalchemy', 'alembic', 'psycopg', 'asyncio'} & set(sys.modules)))"
        )
        said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
        assert said.stdout.strip() == "[]"

    @pytest.mark.parametrize(
        ("url", "location"),
        [
            ("sqlite:////home/a%20b.db", Path("/home/a b.db")),
            ("sqlite:///a.db", Path.cwd() / "a.db"),
            ("a.db", Path.cwd() / "a.db"),
            (Path("/x/y.db"), Path("/x/y.db")),
            ("postgresql://u:p@host:1/name?sslmode=require", "postgresql://u:p@host:1/name?sslmode=require"),
            ("postgresql+psycopg://host/name", "postgresql://host/name"),
        ],
    )
    def test_addresses(self, url: str | Path, location: str | Path) -> None:
        assert locate(url) == location
        assert is_file(url) == isinstance(location, Path)

    def test_an_address_of_another_kind(self) -> None:
        with pytest.raises(SettingsError, match="mysql"):
            open_database("mysql://host/name")

    def test_passwords_are_never_shown(self) -> None:
        assert shown(Database("postgresql://user:secret@host/name?password=secret")) == "postgresql://user@host/name"


class TestEditions:
    def test_a_newer_database_is_refused_with_the_version_that_it_needs(self, url: str) -> None:
        database = open_database(url)
        with database.write() as connection:
            connection.run("UPDATE alembic_version SET version_num = '9999'")
            connection.run("UPDATE about SET value = '7.1.0' WHERE name = 'needs'")
        database.close()
        try:
            with pytest.raises(StoreVersionError, match=r"needs Penstock 7\.1\.0 or newer .*install that version"):
                open_database(url)
        finally:
            with database.write() as connection:
                connection.run("UPDATE alembic_version SET version_num = ?", (HEAD,))
                connection.run("UPDATE about SET value = '0.1.0' WHERE name = 'needs'")
            database.close()

    def test_an_older_database_asks_for_an_upgrade(self, url: str) -> None:
        database = open_database(url)
        with database.write() as connection:
            connection.run("UPDATE alembic_version SET version_num = '0000'")
        database.close()
        try:
            with pytest.raises(StoreVersionError, match="penstock db upgrade"):
                open_database(url)
        finally:
            with database.write() as connection:
                connection.run("UPDATE alembic_version SET version_num = ?", (HEAD,))
            database.close()

    def test_another_programs_database_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "theirs.db"
        theirs = sqlite3.connect(path)
        theirs.execute("CREATE TABLE customer (id)")
        theirs.close()
        with pytest.raises(StoreError, match="tables of another program"):
            open_database(path)


class TestDamage:
    def test_a_file_that_is_no_database(self, tmp_path: Path) -> None:
        path = tmp_path / "penstock.db"
        path.write_text("These are the minutes of the meeting. " * 100)
        with pytest.raises(StoreCorrupt, match="is not a database"):
            open_database(path)
        assert path.read_text().startswith("These are the minutes")

    def test_a_damaged_file_is_found_by_the_check(self, tmp_path: Path) -> None:
        path = tmp_path / "penstock.db"
        database = open_database(path)
        with database.write() as connection:
            apply(connection, made.first_commit(2000))
        database.close()
        with path.open("r+b") as file:
            # Behind the first pages of all tables, which have to be read to open it.
            file.seek(path.stat().st_size * 3 // 4 // 4096 * 4096)
            file.write(os.urandom(20 * 4096))
        problems = check(open_database(path))
        assert problems
        assert problems[0].law in ("the file is whole", "the file can be read")
        assert "backup" in problems[0].cure

    def test_a_damaged_page_is_told_as_damage(self, tmp_path: Path) -> None:
        path = tmp_path / "penstock.db"
        database = open_database(path)
        with database.write() as connection:
            apply(connection, made.first_commit(2000))
        database.close()
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(4096 * 40)
            file.write(b"\xff" * (size - 4096 * 40))
        with pytest.raises(StoreCorrupt, match="is damaged"), open_database(path).read() as connection:
            connection.all("SELECT * FROM task_run_row")


class TestTransactions:
    def test_a_reader_sees_one_state(self, database: Database) -> None:
        with database.read() as reading:
            assert reading.all("SELECT key FROM run") == []
            with database.write() as writing:
                apply(writing, made.first_commit())
            assert reading.all("SELECT key FROM run") == []
        with database.read() as reading:
            assert reading.all("SELECT key FROM run") == [(made.KEY,)]

    def test_a_reader_can_not_write(self, database: Database) -> None:
        with pytest.raises(StoreError), database.read() as connection:
            connection.run("DELETE FROM run")

    def test_an_error_undoes_the_transaction(self, database: Database) -> None:
        def write() -> None:
            with database.write() as connection:
                apply(connection, made.first_commit())
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            write()
        with database.read() as connection:
            assert connection.all("SELECT key FROM run") == []

    def test_connections_are_used_again(self, database: Database) -> None:
        with database.read() as first:
            pass
        with database.read() as second, database.read() as third:
            assert second is first
            assert third is not first


class TestABusyDatabase:
    def test_a_database_that_stays_locked_is_told_as_that(self, tmp_path: Path) -> None:
        path = tmp_path / "penstock.db"
        open_database(path).close()
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        hasty = open_database(path, patience=0.05)
        with pytest.raises(StoreBusy, match=r"another program has held .* doctor"), hasty.write():
            pass
        with hasty.read() as connection:
            assert connection.all("SELECT key FROM run") == []
        other.execute("ROLLBACK")
        with hasty.write():
            pass

    @postgres_only
    def test_a_run_that_stays_locked_is_told_as_that(self, url: str) -> None:
        database, hasty = open_database(url), open_database(url, patience=0.05)
        with database.write() as connection:
            apply(connection, made.first_commit())
        fenced = Commit(fences=[made.fence()])
        with database.write() as connection:
            apply(connection, fenced)
            with pytest.raises(StoreBusy), hasty.write() as other:
                apply(other, fenced)
        database.close()
        hasty.close()

    def test_a_writer_waits_until_the_lock_is_free(self, tmp_path: Path) -> None:
        database = open_database(tmp_path / "penstock.db")
        writer = Writer(database)
        other = sqlite3.connect(tmp_path / "penstock.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        answered = threading.Event()
        errors: list[BaseException | None] = []
        writer.submit(made.first_commit(), lambda error: (errors.append(error), answered.set()))
        assert not answered.is_set()
        other.execute("ROLLBACK")
        assert answered.wait(20)
        assert errors == [None]
        writer.close()

    def test_a_writer_tells_that_the_database_is_locked_and_can_be_asked_again(self, tmp_path: Path) -> None:
        database = open_database(tmp_path / "penstock.db", patience=0.05)
        writer = Writer(database)
        other = sqlite3.connect(tmp_path / "penstock.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        errors: list[BaseException | None] = []
        writer.submit(made.first_commit(), errors.append)
        assert writer.flush(20)
        assert isinstance(errors[0], StoreBusy)
        other.execute("ROLLBACK")
        writer.submit(made.first_commit(), errors.append)
        assert writer.flush(20)
        assert errors[1] is None
        writer.close()


@postgres_only
@pytest.mark.parametrize("when", ["idle", "under way"])
def test_a_lost_connection_is_replaced(url: str, when: str) -> None:
    database, other = open_database(url), open_database(url)

    def lose(connection: Connection) -> None:
        pid = connection.one("SELECT pg_backend_pid()")
        with other.read() as another:
            assert another.one("SELECT pg_terminate_backend(?, 5000)", pid or ()) == (True,)

    def begin() -> Connection:
        with database.write() as connection:
            if when == "under way":
                lose(connection)
                apply(connection, made.first_commit())
        return connection

    if when == "under way":
        with pytest.raises(StoreError, match="can't be reached"):
            begin()
    else:
        lose(begin())
    with database.write() as connection:
        apply(connection, made.first_commit())
    database.close()
    other.close()


def fill(folder: Path) -> Path:
    """A file that takes all the room that is left."""
    ballast = folder / "ballast"
    descriptor = os.open(ballast, os.O_CREAT | os.O_WRONLY)

    def write_on() -> None:
        while True:
            os.write(descriptor, b"x" * 4096)

    with pytest.raises(OSError, match="No space left"):
        write_on()
    os.close(descriptor)
    return ballast


class TestAFullDisk:
    @pytest.fixture
    def small(self, tmp_path: Path) -> Iterator[Path]:
        """A folder on a disk of two megabytes. Without the rights to mount one: skipped, in CI failed."""
        folder = tmp_path / "small"
        folder.mkdir()
        as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
        options = f"size=2m,mode=700,uid={os.geteuid()}"
        try:
            subprocess.run(
                [*as_root, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=True
            )
        except (OSError, subprocess.CalledProcessError) as error:
            reason = f"no small disk can be mounted here: {error}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason, pytrace=False)
            pytest.skip(reason)
        yield folder
        subprocess.run([*as_root, "umount", str(folder)], check=True)

    def test_a_commit_that_does_not_fit_leaves_nothing_and_a_sound_database(self, small: Path) -> None:
        database = open_database(small / "penstock.db")
        writer = Writer(database)
        errors: list[BaseException | None] = []
        for second in range(40):
            writer.submit(made.first_commit(200, key=made.key_at(second), owner=None), errors.append)
            assert writer.flush(20)
            if errors[-1] is not None:
                break
        assert isinstance(errors[-1], DiskFull), errors
        assert "nothing was written by half" in str(errors[-1])
        written = len(errors) - 1
        assert written > 0
        with database.read() as connection:
            assert connection.one("SELECT count(*) FROM run") == (written,)
            assert connection.one("SELECT count(*) FROM task_run_row") == (200 * written,)
        assert check(database) == []
        writer.close()
        database.close()

    def test_work_goes_on_once_there_is_room(self, small: Path) -> None:
        database = open_database(small / "penstock.db")
        writer = Writer(database)
        errors: list[BaseException | None] = []
        ballast = fill(small)
        writer.submit(made.first_commit(500, owner=None), errors.append)
        assert writer.flush(20)
        assert isinstance(errors[0], DiskFull)
        ballast.unlink()
        writer.submit(made.first_commit(500, owner=None), errors.append)
        assert writer.flush(20)
        assert errors[1] is None
        assert check(database) == []
        writer.close()
        database.close()

    def test_no_room_for_the_database_itself(self, small: Path) -> None:
        fill(small)
        with pytest.raises(DiskFull):
            open_database(small / "penstock.db")

    def test_a_folder_that_can_not_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(StoreError, match="PENSTOCK_HOME"):
            open_database(tmp_path / "file" / "penstock.db")

    @pytest.mark.parametrize("create", [True, False])
    def test_a_folder_where_the_database_should_be(self, tmp_path: Path, create: bool) -> None:
        with pytest.raises(StoreError, match="is a folder, and no database"):
            open_database(tmp_path, create=create)


def test_postgresql_without_its_library_tells_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "penstock.store.postgres", None)
    with pytest.raises(SettingsError, match=r'pip install "penstock\[postgres\]"'):
        open_database("postgresql://me@127.0.0.1/penstock")
