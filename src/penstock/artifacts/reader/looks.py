"""The questions that the reading process answers."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from penstock.artifacts import content
from penstock.artifacts.codecs.codec import reason
from penstock.artifacts.content import Content
from penstock.artifacts.preview import CELLS, COLUMNS, ROWS
from penstock.artifacts.previews.part import Part
from penstock.artifacts.store import ArtifactStore
from penstock.errors import ArtifactError, PenstockError, UsageError
from penstock.model.artifact import Artifact


def answer(question: dict[str, Any]) -> Iterator[bytes]:
    """Bytes of the answer. Raises PenstockError, ImportError, OSError, ValueError."""
    store = ArtifactStore(Path(question["root"]))
    artifact = Artifact.from_list(question["artifact"])
    look = _LOOKS[question["look"]]
    return look(store, artifact, *question["more"])


def _preview(store: ArtifactStore, artifact: Artifact, offset: int, limit: int, column: int) -> Iterator[bytes]:
    yield as_json(store.preview(artifact, offset, limit, column).body())


def _summary(store: ArtifactStore, artifact: Artifact) -> Iterator[bytes]:
    found = _found(store, artifact)
    if artifact.kind == "table":
        from penstock.artifacts.previews import summary

        yield as_json(summary.of_table(found))
        return
    from penstock.artifacts.previews import array_columns

    yield as_json(array_columns.summarized(found))


def _csv(store: ArtifactStore, artifact: Artifact) -> Iterator[bytes]:
    found = _found(store, artifact)
    if artifact.kind == "table":
        from penstock.artifacts.previews import csv_text

        return csv_text.of_table(found)
    from penstock.artifacts.previews import array_columns

    return array_columns.csv_of(found)


def _kept(
    _store: ArtifactStore, artifact: Artifact, path: str, form: str | None, offset: int, limit: int, column: int
) -> Iterator[bytes]:
    """A look into a file of the project, which need not be as a run has left it."""
    from penstock.artifacts.previews import kept_page

    limit = min(limit, ROWS)
    part = Part(offset, limit, column, min(COLUMNS, CELLS // max(limit, 1)))
    try:
        yield as_json(kept_page.look(Path(path), artifact, form, part).body())
    except (ImportError, MemoryError, PenstockError):
        raise
    except Exception as error:
        name = Path(path).name
        what = f"'{name}' can't be read{f' as {form}' if form else ''}: {reason(error)}"
        raise ArtifactError(what, cure="download it to look at it") from error


def _file(
    store: ArtifactStore, artifact: Artifact, form: str | None, offset: int, limit: int, column: int
) -> Iterator[bytes]:
    """A look into a file that a task made, which is as it has left it."""
    return _kept(store, artifact, str(_sound(store, artifact).file), form, offset, limit, column)


def _found(store: ArtifactStore, artifact: Artifact) -> Content:
    if artifact.kind not in ("table", "array"):
        raise UsageError(f"a {artifact.kind} is no table", cure="look at its preview, or download it")
    return _sound(store, artifact)


def _sound(store: ArtifactStore, artifact: Artifact) -> Content:
    found = Content(store.file(artifact), artifact)
    os.close(content.open_sized(found.file, artifact))
    return found


def as_json(body: dict[str, Any]) -> bytes:
    """As the page reads it."""
    return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode(errors="replace")


_LOOKS: Final[dict[str, Callable[..., Iterator[bytes]]]] = {
    "preview": _preview,
    "summary": _summary,
    "csv": _csv,
    "file": _file,
    "kept": _kept,
}
