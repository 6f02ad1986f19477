"""The end of `penstock run`: the summary, or the run's document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from penstock.cli import output
from penstock.cli.last_lines import last_lines
from penstock.cli.render import causes
from penstock.cli.render.summary import Extras, summary
from penstock.store import outputs
from penstock.store.documents import run_document
from penstock.store.logs import AttemptLog, logs_of

if TYPE_CHECKING:
    from penstock.compose.home import Home
    from penstock.store.connection import Connection
    from penstock.store.database import Database

#: Lines of the failed task's log that the summary shows.
TAIL: Final = 5
#: Lines of the stack that a worker writes when it crashes in compiled code, at most.
_CRASH: Final = 110


def tell(key: int, database: Database, home: Home, *, as_json: bool) -> None:
    """Print how a run ended."""
    with database.read() as connection:
        document = run_document(connection, key)
        if as_json:
            output.show_json(document)
            return
        extras = _extras(connection, key, document, home)
    output.show([[], *summary(document, extras, output.paint(), output.width())])


def _extras(connection: Connection, key: int, document: dict[str, Any], home: Home) -> Extras:
    made = outputs.artifacts_of(connection, key)
    files = files_of(made, home)
    values = {one.dataset: _value(one) for one in made if one.inline is not None and one.map_index is None}
    failed = causes.failed(document)
    tail: list[str] = []
    if failed and failed[0]["attempts"]:
        known = logs_of(connection, key, failed[0]["name"], failed[0]["map_index"])
        tail = _tail(known, failed[0]["attempts"][-1], home)
    return Extras(files, values, tail, Path.cwd())


def files_of(made: list[outputs.Output], home: Home) -> list[tuple[str, Path]]:
    """The datasets that are files, and where these lie."""
    return [(one.dataset, home.artifacts / one.path) for one in made if one.kind == "file" and one.path]


def _value(made: outputs.Output) -> str:
    """A small value as JSON; of what the project keeps itself, where it does."""
    from penstock.artifacts.previews.told import told_text

    text = made.inline or ""
    if made.kind == "dataset":
        return str(json.loads(text).get("path") or "")
    try:
        return told_text(text)
    except ValueError:
        return text


def _tail(known: list[AttemptLog], attempt: dict[str, Any], home: Home) -> list[str]:
    """The last lines of the attempt that failed, but for those that its error tells."""
    own = [log for log in known if (log.generation, log.n) == (attempt["generation"], attempt["n"])]
    lines = [line["message"] for log in own[-1:] for line in last_lines(home.logs / log.path, TAIL + _CRASH)]
    if attempt["reason"] == "worker_lost":
        from penstock.agent.crashes import BEGIN

        lines = lines[:-1]  # how it died
        crash = [at for at, line in enumerate(lines) if line.startswith(BEGIN)]
        lines = lines[: crash[-1]] if crash else lines
    return lines[-TAIL:]
