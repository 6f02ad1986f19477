"""Sessions, one-time codes, and requests that are sent twice."""

from __future__ import annotations

import threading

import pytest

from penstock.errors import UsageError
from penstock.store import idempotency, sessions
from penstock.store.database import Database
from penstock.store.idempotency import Begun
from tests.store import made

NOW = made.START


class TestSessions:
    def test_a_code_gives_one_session(self, database: Database) -> None:
        with database.write() as connection:
            code = sessions.create_code(connection, NOW)
            session = sessions.redeem_code(connection, code, NOW + 299)
            assert session is not None
            assert sessions.redeem_code(connection, code, NOW + 299) is None
            assert sessions.is_session(connection, session, NOW + 300)
            assert not sessions.is_session(connection, session, NOW + 299 + sessions.SESSION)
            assert not sessions.is_session(connection, code, NOW)

    def test_an_old_code_is_void(self, database: Database) -> None:
        with database.write() as connection:
            code = sessions.create_code(connection, NOW)
            assert sessions.redeem_code(connection, code, NOW + 300) is None
            assert sessions.redeem_code(connection, "no", NOW) is None
            assert sessions.redeem_code(connection, "\ud800", NOW) is None

    def test_no_secret_is_kept(self, database: Database) -> None:
        with database.write() as connection:
            secrets = [sessions.create_code(connection, NOW), sessions.create_session(connection, NOW)]
            rows = str(connection.all("SELECT * FROM session") + connection.all("SELECT * FROM sign_in_code"))
        assert not any(secret in rows for secret in secrets)

    def test_signing_out_ends_it_at_once(self, database: Database) -> None:
        with database.write() as connection:
            one, other = (sessions.create_session(connection, NOW) for _ in range(2))
            assert sessions.end_session(connection, one)
            assert not sessions.end_session(connection, one)
            assert not sessions.is_session(connection, one, NOW)
            assert sessions.is_session(connection, other, NOW)

    def test_there_are_never_too_many(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sessions, "MOST", 3)
        with database.write() as connection:
            made_ = [sessions.create_session(connection, NOW + second) for second in range(5)]
            assert [sessions.is_session(connection, one, NOW + 9) for one in made_] == [False] * 2 + [True] * 3

    def test_of_many_who_redeem_a_code_at_once_one_gets_in(self, database: Database) -> None:
        with database.write() as connection:
            code = sessions.create_code(connection, NOW)
        start, got = threading.Barrier(6), []

        def redeem() -> None:
            start.wait(20)
            with database.write() as connection:
                got.append(sessions.redeem_code(connection, code, NOW) is not None)

        threads = [threading.Thread(target=redeem) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(got) == [False] * 5 + [True]


class TestIdempotency:
    def begin(self, database: Database, digest: str = "d", at: float = NOW, route: str = "POST /runs") -> Begun:
        with database.write() as connection:
            return idempotency.begin(connection, "key", route, digest, at)

    def finish(self, database: Database) -> None:
        with database.write() as connection:
            idempotency.finish(connection, "key", "POST /runs", 201, {"id": "é"})

    def test_the_second_gets_the_answer_of_the_first(self, database: Database) -> None:
        assert self.begin(database).state == "new"
        assert self.begin(database).state == "in_progress"
        self.finish(database)
        assert self.begin(database) == Begun("answered", 201, {"id": "é"})
        assert self.begin(database, "other").state == "other_body"
        assert self.begin(database, route="POST /other").state == "new"

    def test_what_failed_may_be_sent_again(self, database: Database) -> None:
        self.begin(database)
        with database.write() as connection:
            idempotency.forget(connection, "key", "POST /runs")
        assert self.begin(database).state == "new"
        self.finish(database)
        with database.write() as connection:
            idempotency.forget(connection, "key", "POST /runs")
        assert self.begin(database).state == "answered"

    def test_what_never_ended_blocks_its_key_for_a_minute(self, database: Database) -> None:
        self.begin(database)
        assert self.begin(database, at=NOW + 59).state == "in_progress"
        assert self.begin(database, at=NOW + 60).state == "new"

    def test_answers_are_kept_for_a_day(self, database: Database) -> None:
        self.begin(database)
        self.finish(database)
        assert self.begin(database, at=NOW + 86_399).state == "answered"
        with database.write() as connection:
            idempotency.begin(connection, "other", "r", "d", NOW + 86_400)
            assert connection.all("SELECT key FROM idempotency") == [("other",)]

    @pytest.mark.parametrize("key", ["x" * 201, "\x00"])
    def test_a_key_that_can_not_be_kept(self, database: Database, key: str) -> None:
        with pytest.raises(UsageError, match="Idempotency-Key"), database.write() as connection:
            idempotency.begin(connection, key, "r", "d", NOW)
