"""What PostgreSQL refuses is told with what helps."""

from __future__ import annotations

import pytest

from penstock.errors import StoreError

errors = pytest.importorskip("psycopg").errors


@pytest.mark.parametrize(("raised", "cure"), [
    (errors.InvalidSchemaName("no schema has been selected to create in"), "CREATE SCHEMA"),
    (errors.InsufficientPrivilege("permission denied for schema public"), "grant"),
])  # fmt: skip
def test_what_a_new_database_lacks_is_told(raised: Exception, cure: str) -> None:
    from penstock.store.postgres import tell

    told = tell(raised)
    assert type(told) is StoreError
    assert str(raised) in told.message
    assert cure in (told.cure or "")
