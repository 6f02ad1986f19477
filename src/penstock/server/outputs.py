"""What a run made, as documents: what is told of it, and whether it is still there."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from penstock.artifacts import ArtifactStore
from penstock.artifacts.previews.forms import table_form
from penstock.artifacts.previews.told import told
from penstock.errors import ArtifactCorrupt, ArtifactError, NotFound, UsageError
from penstock.model.artifact import Artifact
from penstock.server import downloads
from penstock.server.kept import Folders, kept_output
from penstock.store.connection import Connection
from penstock.store.outputs import Output, artifact, artifacts_after
from penstock.store.times import iso

State: TypeAlias = Literal["ok", "gone", "damaged", "changed", "elsewhere"]
#: Bytes of a value that stands in the list itself.
VALUE: Final = 4_096
#: Bytes of a list, about: a page ends where it is reached.
LIST: Final = 2 << 20
#: Outputs that are read at a time; each may have ten thousand columns.
_STEP: Final = 50
#: Kinds that a process of their own reads.
READ_BY_CHILD: Final = ("table", "array")
_CURE: Final = "run the task that made it again"


class Listed(NamedTuple):
    """Documents, where the next page begins, and whether a look at one of them may need a process that reads."""

    items: list[dict[str, Any]]
    next_cursor: str | None
    needs_reader: bool


def listed(
    connection: Connection, store: ArtifactStore, key: int, limit: int, cursor: str | None, project: Path
) -> Listed:
    """A page of the list. Raises UsageError for a cursor that is none."""
    after = (-1, "") if cursor is None else _place(cursor)
    items: list[dict[str, Any]] = []
    folders = Folders(connection, key, project)
    size, needs_reader = 0, False
    while True:
        found = artifacts_after(connection, key, after, min(_STEP, limit - len(items)) + 1)
        for output in found:
            if len(items) >= limit or size > LIST:
                return Listed(items, f"{after[0]}.{after[1]}", needs_reader)
            items.append(document(store, output, folders))
            needs_reader |= output.kind in (*READ_BY_CHILD, "dataset") or form_of(output) is not None
            size += 400 + 40 * len(output.columns or ()) + _inlined(output)
            after = (output.seq, output.dataset)
        if len(found) <= _STEP:
            return Listed(items, None, needs_reader)


def chosen(connection: Connection, key: int, dataset: str, map_index: int | None) -> Output:
    """One output. Raises NotFound, with what to ask for instead."""
    output = artifact(connection, key, dataset, map_index)
    if output is not None:
        return output
    if map_index is not None:
        raise NotFound(f"the run has no '{dataset}' of item {map_index}", cure="look at the list of its outputs")
    if artifact(connection, key, dataset, 0) is not None:
        raise NotFound(f"'{dataset}' was made by the items of a fan-out", cure="say which by map_index")
    raise NotFound(f"the run has no '{dataset}'", cure="look at the list of its outputs")


def form_of(output: Output) -> str | None:
    """How the rows of a file that a task made can be read; None where it is no such file."""
    return table_form(Path(output.path)) if output.kind == "file" and output.path is not None else None


def stored(output: Output) -> Artifact:
    """As the artifact store knows it."""
    return Artifact.from_list(output.reference)


def state_of(store: ArtifactStore, output: Output) -> State:
    """Is its file there, below the root, and as long as it was?"""
    if output.inline is not None:
        return "ok"
    try:
        found = store.file(stored(output)).stat()
    except (OSError, ArtifactError):
        return "gone"
    return "ok" if found.st_size == output.bytes else "damaged"


def sound(store: ArtifactStore, output: Output) -> Artifact:
    """The artifact of an output that can be read. Raises ArtifactCorrupt."""
    state = state_of(store, output)
    if state != "ok":
        raise corrupt(output, state)
    return stored(output)


def corrupt(output: Output, state: State = "damaged") -> ArtifactCorrupt:
    """The error for an output that can't be read; without the path, which is nobody's business."""
    item = "" if output.map_index is None else f" (item {output.map_index})"
    return ArtifactCorrupt(f"what '{output.task}' stored as '{output.dataset}'{item} is {state}", cure=_CURE)


def document(store: ArtifactStore, output: Output, folders: Folders) -> dict[str, Any]:
    """A wire.OutputDocument. `folders`: of the run, for what the project keeps."""
    shown, state = _now(store, output, folders)
    return {
        "dataset": output.dataset,
        "task": output.task,
        "map_index": output.map_index,
        "label": output.label,
        "generation": output.generation,
        "attempt": output.n,
        "kind": output.kind,
        "python_type": output.python_type,
        "bytes": output.bytes,
        "rows": output.rows,
        "columns": output.columns,
        "created_at": iso(output.created_at),
        "state": state,
        "media_type": downloads.media_type(shown),
        "picture": downloads.is_picture(shown),
        "value": _value(output),
    }


def _now(store: ArtifactStore, output: Output, folders: Folders) -> tuple[Output, State]:
    """The output with the path by which it is told, and its state."""
    if output.kind != "dataset":
        return output, state_of(store, output)
    try:
        found = kept_output(output, folders)
    except ArtifactCorrupt:
        return output, "damaged"
    return found.shown, found.state


def _inlined(output: Output) -> int:
    return len(output.inline) if output.inline is not None and len(output.inline) <= VALUE else 0


def _value(output: Output) -> Any:
    if output.inline is None or len(output.inline) > VALUE:
        return None
    try:
        return told(output.inline)
    except ValueError:
        return None


def _place(cursor: str) -> tuple[int, str]:
    seq, dot, dataset = cursor.partition(".")
    if not dot or not seq.isascii() or not seq.isdigit() or len(seq) > 9:
        raise UsageError(f"'{cursor}' is no cursor of this list", cure="pass next_cursor as it was given")
    return int(seq), dataset
