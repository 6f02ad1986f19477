"""Results of earlier task runs, by what they were made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from penstock.store.connection import Connection
from penstock.store.rows import NewArtifact

#: Keys that one query looks for.
_PART: Final = 500


class StoredResult(NamedTuple):
    """What a task run made; `made_at` in microseconds."""

    run_key: int
    made_at: int
    artifacts: list[NewArtifact]


_COLUMNS: Final = ", ".join(f'artifact."{column}"' for column in NewArtifact._fields)
# One that was deleted is gone at once, although its rows are erased later.
_FIND: Final = (
    f"SELECT result.key, result.run_key, result.made_at, {_COLUMNS} FROM result JOIN run ON run.key = result.run_key "
    "LEFT JOIN artifact ON artifact.run_key = result.run_key AND artifact.seq = result.seq WHERE result.key IN "
)


def find_results(connection: Connection, keys: Sequence[str]) -> dict[str, StoredResult]:
    """What is on record under these keys. A task that makes nothing has a result without artifacts."""
    found: dict[str, StoredResult] = {}
    for start in range(0, len(keys), _PART):
        part = keys[start : start + _PART]
        for key, run_key, made_at, *rest in connection.all(f"{_FIND}({', '.join('?' * len(part))})", part):
            result = found.setdefault(key, StoredResult(run_key, made_at, []))
            if rest[0] is not None:
                row = NewArtifact(*rest)
                result.artifacts.append(row._replace(safe=bool(row.safe)))
    return found
