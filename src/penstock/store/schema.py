"""The tables, as SQLAlchemy metadata: what migrations are compared with and `ddl/*.sql` is written from.

Programs never import this module at run time (SQLAlchemy costs 200 ms and 29 MB at every start, see
docs/decisions/0003-sql-as-text.md); only `ddl`, `migrate` and tests do.

Times are whole microseconds since 1970 in UTC, in a BIGINT. Columns that hold JSON are TEXT: the store hands
documents on without looking inside. There are no foreign keys: every transaction writes parents before children,
nothing but `erasing` deletes, and a lookup for each of 6,000 rows would cost a fifth of the commit; `check` finds
orphans. Names are singular. People query the views of `views.py`, never these tables.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Double, Identity, Index, Integer, MetaData, Table, Text, text

from penstock.store.duration import DURATION

metadata = MetaData()


def _key(name: str, kind: type[Any] = BigInteger) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False, nullable=False)


def _fact(name: str, kind: type[Any]) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _maybe(name: str, kind: type[Any]) -> Column[Any]:
    return Column(name, kind, nullable=True)


def _rowid(name: str) -> Column[Any]:
    """A number that SQLite gives out as the table's own row number (only INTEGER PRIMARY KEY is one)."""
    kind = BigInteger().with_variant(Integer(), "sqlite")
    return Column(name, kind, Identity(always=False), primary_key=True)


#: About the whole database: `needs`, the oldest Penstock that understands this schema, and `project`, whose it is
#: (store/belonging.py).
about = Table("about", metadata, _key("name", Text), _fact("value", Text), sqlite_with_rowid=False)

# `version` is the one that was used last, or found last in the project. The rest is what the watcher of the project
# says: `file` below the project's folder, `present` (NULL: never found there), and `problem` where the file can't be
# read now: JSON {message, line, cure, at}, `at` in microseconds.
pipeline = Table(
    "pipeline",
    metadata,
    _key("namespace", Text),
    _key("pipeline", Text),
    _fact("version", Text),
    _fact("seen_at", BigInteger),
    _maybe("file", Text),
    _maybe("present", Boolean),
    _maybe("problem", Text),
    _maybe("checked_at", BigInteger),
    sqlite_with_rowid=False,
)

# Files of the project that can't be read and of which no pipeline is known.
definition_problem = Table(
    "definition_problem",
    metadata,
    _key("file", Text),
    _fact("message", Text),
    _maybe("line", Integer),
    _maybe("cure", Text),
    _fact("at", BigInteger),
    sqlite_with_rowid=False,
)

pipeline_version = Table(
    "pipeline_version",
    metadata,
    _key("namespace", Text),
    _key("pipeline", Text),
    _key("version", Text),
    _fact("spec", Text),
    _fact("created_at", BigInteger),
)

_FAILED = text("error_text IS NOT NULL")
_HAS_PARENT = text("parent_key IS NOT NULL")
_REPEATS = text("replay_of IS NOT NULL")
_UNUSUAL_TYPE = text("type <> 'standard'")
_UNUSUAL_TRIGGER = text("trigger_kind NOT IN ('manual', 'schedule')")
run = Table(
    "run",
    metadata,
    # SQLite keeps rows in the order of this number, so pages by time are ranges of the table itself.
    Column("key", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    _fact("id", Text),
    _fact("pipeline", Text),
    _fact("namespace", Text),
    _fact("version", Text),
    _fact("type", Text),
    _fact("state", Text),
    _maybe("reason", Text),
    _fact("created_at", BigInteger),
    _maybe("started_at", BigInteger),
    _maybe("ended_at", BigInteger),
    _fact("params", Text),
    _fact("trigger", Text),
    _fact("tags", Text),
    _maybe("selection", Text),
    _maybe("facts", Text),
    _maybe("parent_key", BigInteger),
    _maybe("replay_of", BigInteger),
    _fact("generation", Integer),
    _maybe("error", Text),
    _fact("tasks_total", Integer),
    _fact("tasks_done", Integer),
    _maybe("owner", BigInteger),
    _fact("epoch", Integer),
    _fact("row_version", Integer),
    # What its artifacts take, all generations and attempts together.
    _maybe("bytes", BigInteger),
    # What a search in errors reads (store/error_text.py); NULL exactly where `error` is.
    _maybe("error_text", Text),
    # `kind` of `trigger`, for lists.
    _maybe("trigger_kind", Text),
    # Which pairs of characters `error_text` has, NULL where a Penstock that did not know of them wrote the run.
    _maybe("error_mask", BigInteger),
    # How it was asked to run, where that is unusual: JSON {refresh, breakpoints}.
    _maybe("options", Text),
    # `row_version` at which its owner took it to run again: until that changes, this is not on record yet.
    _maybe("reopened_version", Integer),
    # Microseconds between its generations, in which nothing of it ran (store/duration.py).
    Column("idle", BigInteger, server_default=text("0"), nullable=False),
    # By id: the views' users, and the search for the end of an id, which reads this index only.
    Index("run_id", "id", unique=True),
    # Lists by state ("what failed?"), and the search for runs that are not over.
    Index("run_state", "state", "key"),
    # Lists of one pipeline, its latest runs, its latest success.
    Index("run_pipeline", "pipeline", "key"),
    Index("run_namespace", "namespace", "key"),
    # A pipeline's runs that are over, its last successes, its failures.
    Index("run_place", "namespace", "pipeline", "state", "key"),
    # All that lists are narrowed to and sorted by, in a fifth of the room that runs take: what no other index is for
    # reads this one alone, newest first (docs/decisions/0006-lists-by-index.md).
    Index(
        "run_line",
        "key",
        "state",
        "pipeline",
        "namespace",
        "type",
        "trigger_kind",
        "tags",
        "created_at",
        "started_at",
        "ended_at",
        "idle",
        "bytes",
    ),
    # Search in the text of errors reads this index alone, newest first.
    Index("run_error", "key", "error_mask", "error_text", sqlite_where=_FAILED, postgresql_where=_FAILED),
    # Types and triggers that few runs have; the others are found at once wherever a list begins.
    Index("run_type", "type", "key", sqlite_where=_UNUSUAL_TYPE, postgresql_where=_UNUSUAL_TYPE),
    Index("run_trigger", "trigger_kind", "key", sqlite_where=_UNUSUAL_TRIGGER, postgresql_where=_UNUSUAL_TRIGGER),
    # Lists in other orders.
    Index("run_started", "started_at", "key"),
    Index("run_ended", "ended_at", "key"),
    Index("run_duration", text(DURATION.replace("run.", "")), "key"),
    Index("run_bytes", "bytes", "key"),
    # Runs that another run began; few have such a parent.
    Index("run_parent", "parent_key", sqlite_where=_HAS_PARENT, postgresql_where=_HAS_PARENT),
    # Those that repeat a run, in the order in which they were asked for.
    Index("run_replay", "replay_of", "key", sqlite_where=_REPEATS, postgresql_where=_REPEATS),
)

label = Table(
    "label",
    metadata,
    _key("run_key"),
    _key("key", Text),
    _fact("value", Text),
    # Lists by label, newest run first.
    Index("label_run", "key", "value", "run_key"),
    sqlite_with_rowid=False,
)

# `task_run` is the name of the documented view.
task_run_row = Table(
    "task_run_row",
    metadata,
    _key("run_key"),
    _key("seq", Integer),
    _fact("task", Text),
    _fact("kind", Text),
    _fact("map_index", Integer),
    _maybe("label", Text),
    _fact("generation", Integer),
    _fact("state", Text),
    _maybe("reason", Text),
    _fact("created_at", BigInteger),
    _maybe("queued_at", BigInteger),
    _maybe("started_at", BigInteger),
    _maybe("ended_at", BigInteger),
    _fact("attempts", Integer),
    _maybe("items", Integer),
    _maybe("item", Text),
    _maybe("progress_done", Double),
    _maybe("progress_total", Double),
    _fact("row_version", Integer),
    # Where no attempt has one: it was rejected, or could not be tried.
    _maybe("error", Text),
    # A task (and item) is recorded once a generation, whatever two engines believe.
    Index("task_run_place", "run_key", "task", "map_index", "generation", unique=True),
    sqlite_with_rowid=False,
)

_LIVE = text("state IN ('dispatched', 'running')")
_SUCCESS = text("state = 'succeeded'")
attempt = Table(
    "attempt",
    metadata,
    _key("run_key"),
    _key("seq", Integer),
    _key("n", Integer),
    _fact("state", Text),
    _maybe("reason", Text),
    _fact("dispatched_at", BigInteger),
    _maybe("started_at", BigInteger),
    _maybe("ended_at", BigInteger),
    _maybe("worker", Text),
    _maybe("cpu_seconds", Double),
    _maybe("peak_rss_bytes", BigInteger),
    _maybe("read_bytes", BigInteger),
    _maybe("written_bytes", BigInteger),
    _maybe("error", Text),
    _maybe("log", Text),
    # Exactly once on record (docs/promises.md): one attempt under way and one success for a task run.
    Index("attempt_live", "run_key", "seq", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    Index("attempt_success", "run_key", "seq", unique=True, sqlite_where=_SUCCESS, postgresql_where=_SUCCESS),
    sqlite_with_rowid=False,
)

# Its file was made by another run, which `path` begins with: no attempt of this one has made it.
_SHARED = text("n = 0 AND path IS NOT NULL")
artifact = Table(
    "artifact",
    metadata,
    _key("run_key"),
    _key("seq", Integer),
    _key("n", Integer),
    _key("dataset", Text),
    _fact("kind", Text),
    _maybe("inline", Text),
    _maybe("path", Text),
    _maybe("bytes", BigInteger),
    _maybe("digest", Text),
    _maybe("rows", BigInteger),
    _maybe("columns", Text),
    _fact("python_type", Text),
    _fact("safe", Boolean),
    _fact("created_at", BigInteger),
    # Who deletes a run asks which of its files others still name; only rows of replays and cached results stand here.
    Index("artifact_shared", text("substr(path, 1, 13)"), sqlite_where=_SHARED, postgresql_where=_SHARED),
    sqlite_with_rowid=False,
)

# What a task run made may be taken by later runs that come to the same key (engine/reuse.py): the latest counts, and
# its artifacts are where its run has them. `made_at`: when an attempt made it.
result = Table(
    "result",
    metadata,
    _key("key", Text),
    _fact("run_key", BigInteger),
    _fact("seq", Integer),
    _fact("made_at", BigInteger),
    # Who deletes a run deletes its results.
    Index("result_run", "run_key"),
    sqlite_with_rowid=False,
)

event = Table(
    "event",
    metadata,
    _rowid("id"),
    _fact("run_key", BigInteger),
    _maybe("seq", Integer),
    _maybe("n", Integer),
    _fact("at", BigInteger),
    _fact("kind", Text),
    _maybe("data", Text),
    # The history of one run.
    Index("event_run", "run_key", "id"),
    # Without it a number could be given out again after retention deleted the last rows. Costs 2 % of an insert.
    sqlite_autoincrement=True,
)

metric = Table(
    "metric",
    metadata,
    _rowid("id"),
    _fact("run_key", BigInteger),
    _fact("seq", Integer),
    _fact("n", Integer),
    _fact("at", BigInteger),
    _fact("name", Text),
    _fact("value", Double),
    _maybe("unit", Text),
    Index("metric_run", "run_key", "seq"),
)

sample = Table(
    "sample",
    metadata,
    _key("run_key"),
    _key("seq", Integer),
    _key("n", Integer),
    _key("at"),
    _fact("cpu_seconds", Double),
    _fact("rss_bytes", BigInteger),
    _fact("read_bytes", BigInteger),
    _fact("written_bytes", BigInteger),
    sqlite_with_rowid=False,
)

timer = Table(
    "timer",
    metadata,
    _key("run_key"),
    _key("kind", Text),
    _key("seq", Integer),
    _fact("due_at", BigInteger),
    sqlite_with_rowid=False,
)

# A slot of a limit (store/slots.py): of a run (`seq` -1, `n` 0) or of an attempt. `place` is NULL while it is waited
# for, below 0 where it does not count. `since`: when its holder was asked for, in microseconds.
_WAITS = text("place IS NULL")
slot = Table(
    "slot",
    metadata,
    _key("name", Text),
    _key("run_key"),
    _key("seq", Integer),
    _key("n", Integer),
    _maybe("place", BigInteger),
    _fact("since", BigInteger),
    # A limit can't be passed: its places are numbered, and each is held once.
    Index("slot_place", "name", "place", unique=True),
    Index("slot_wait", "name", "since", "run_key", sqlite_where=_WAITS, postgresql_where=_WAITS),
    Index("slot_run", "run_key"),
    sqlite_with_rowid=False,
)

instance = Table(
    "instance",
    metadata,
    _rowid("id"),
    _fact("kind", Text),
    _fact("host", Text),
    _maybe("boot_id", Text),
    _fact("pid", BigInteger),
    _maybe("pid_started", BigInteger),
    _fact("started_at", BigInteger),
    _fact("beat_at", BigInteger),
    _maybe("gone_at", BigInteger),
    # Attempts that it runs at the same time.
    _maybe("workers", Integer),
    # An owner's number must never come to mean another process.
    sqlite_autoincrement=True,
)

command = Table(
    "command",
    metadata,
    _rowid("id"),
    _fact("run_key", BigInteger),
    _fact("kind", Text),
    _fact("arguments", Text),
    _fact("created_at", BigInteger),
    _maybe("by", Text),
    _fact("state", Text),
    _maybe("outcome", Text),
    _maybe("applied_at", BigInteger),
    # Engines ask again and again for what waits; that is next to nothing.
    Index("command_waiting", "run_key", "id",
          sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
    sqlite_autoincrement=True,
)  # fmt: skip

saved_view = Table(
    "saved_view",
    metadata,
    _rowid("id"),
    _fact("name", Text),
    _fact("query", Text),
    _fact("columns", Text),
    _fact("created_at", BigInteger),
    Index("saved_view_name", "name", unique=True),
    # A bookmark of a view that was deleted must not show another one.
    sqlite_autoincrement=True,
)

# Of secrets only digests are kept.
session = Table(
    "session",
    metadata,
    _key("digest", Text),
    _fact("created_at", BigInteger),
    _fact("expires_at", BigInteger),
    sqlite_with_rowid=False,
)

sign_in_code = Table(
    "sign_in_code",
    metadata,
    _key("digest", Text),
    _fact("expires_at", BigInteger),
    sqlite_with_rowid=False,
)

# `digest` is that of the request's body; `status` and `body` (the answer) are NULL until the first one is answered.
idempotency = Table(
    "idempotency",
    metadata,
    _key("key", Text),
    _key("route", Text),
    _fact("digest", Text),
    _maybe("status", Integer),
    _maybe("body", Text),
    _fact("created_at", BigInteger),
    Index("idempotency_age", "created_at"),
)
