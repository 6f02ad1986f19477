"""Putting values away and getting them back."""

from __future__ import annotations

import io
import os
import pickle
import shutil
from pathlib import Path
from typing import Any, BinaryIO, Final

from penstock.artifacts import plain, sealing, tables
from penstock.artifacts.recent import Recent
from penstock.errors import Unstorable
from penstock.model.artifact import Artifact

#: Plain values up to this many bytes of text travel in messages and stand in the database.
INLINE: Final = 32_768
_COPY: Final = 1 << 20


class ArtifactStore:
    """The artifacts below a folder. `recent` keeps the last tables in memory, for a worker that reads what it wrote."""

    def __init__(self, root: Path | str, recent: Recent | None = None) -> None:
        self.root = Path(root)
        self.recent = recent or Recent()

    def put(self, value: Any, key: str) -> Artifact:
        """Store a value under a key ("run/task/dataset"). Raises Unstorable, DiskFull, ArtifactError."""
        text: str | None
        try:
            text = plain.dumps(value)
        except plain.NotPlain:
            text = None
        except (UnicodeEncodeError, RecursionError) as error:
            raise Unstorable(f"it can't be written as text: {error}", cure="return a simpler value") from error
        if text is None:
            return self._put_object(value, key)
        if isinstance(value, Path) and value.is_file():
            return self._put_file(value, key)
        kind = type(value).__name__
        if len(text) <= INLINE:
            return Artifact("json", text, None, len(text), None, None, None, kind)
        data = text.encode("utf-8", "surrogatepass")
        rows = len(value) if isinstance(value, list | tuple | dict | set | frozenset) else None
        return self._seal("json", key + ".json", lambda out: out.write(data), kind, rows=rows)

    def _put_object(self, value: Any, key: str) -> Artifact:
        kind = tables.table_type(value)
        if kind is not None:
            return self._put_table(value, kind, key)
        name = f"{type(value).__module__}.{type(value).__qualname__}"
        if name == "numpy.ndarray" and not value.dtype.hasobject:
            import numpy

            return self._seal("array", key + ".npy", lambda out: numpy.save(out, value, allow_pickle=False), name)
        if name == "matplotlib.figure.Figure":
            return self._seal("file", key + ".png", lambda out: value.savefig(out, format="png"), name)
        return self._put_pickle(value, name, key)

    def _put_table(self, value: Any, kind: str, key: str) -> Artifact:
        try:
            import pyarrow as pa
        except ImportError:
            return self._put_pickle(value, kind, key)
        try:
            table = tables.to_arrow(value, kind)
        except (pa.ArrowException, ValueError, TypeError):
            # Columns that mix types have no place in Arrow.
            return self._put_pickle(value, kind, key)
        columns, rows = tables.columns(table), table.num_rows
        made = self._seal(
            "table", key + ".arrow", lambda out: tables.write(table, out), kind, rows=rows, columns=columns
        )
        assert made.path is not None
        self.recent.keep(made.path, table, table.nbytes)
        return made

    def _put_file(self, value: Path, key: str) -> Artifact:
        def copy(out: BinaryIO) -> None:
            with open(value, "rb") as source:
                shutil.copyfileobj(source, out, _COPY)

        return self._seal("file", f"{key}/{value.name}", copy, "pathlib.Path")

    def _put_pickle(self, value: Any, name: str, key: str) -> Artifact:
        buffer = io.BytesIO()
        try:
            pickle.Pickler(buffer, protocol=5).dump(value)
        except Exception as error:
            reason = str(error).strip().splitlines()[:1]
            raise Unstorable(
                f"{name} can't be pickled: {''.join(reason)[:300]}",
                cure="return data (a table, a dict, a file's Path) instead of an object that holds open things",
            ) from None
        return self._seal("pickle", key + ".pickle", lambda out: out.write(buffer.getbuffer()), name, safe=False)

    def _seal(
        self, kind: Any, key: str, write: Any, python_type: str, *,
        rows: int | None = None, columns: tuple[tuple[str, str], ...] | None = None, safe: bool = True,
    ) -> Artifact:  # fmt: skip
        path = sealing.safe_key(key)
        size, digest, _ = sealing.seal(self.root, path, write)
        return Artifact(kind, None, path, size, digest, rows, columns, python_type, safe)

    def get(self, artifact: Artifact) -> Any:
        """The value, its reader's own to change. Raises ArtifactCorrupt when it is not what was stored."""
        if artifact.inline is not None:
            return plain.loads(artifact.inline)
        assert artifact.path is not None
        if artifact.kind == "table":
            return tables.from_arrow(self._table(artifact), artifact.python_type)
        file = self.file(artifact)
        sealing.check(file, artifact.bytes, artifact.digest)
        if artifact.kind == "json":
            return plain.loads(file.read_bytes().decode("utf-8", "surrogatepass"))
        if artifact.kind == "file":
            return file
        if artifact.kind == "array":
            import numpy

            return numpy.load(file, allow_pickle=False)
        with open(file, "rb") as content:
            return pickle.load(content)

    def _table(self, artifact: Artifact) -> Any:
        assert artifact.path is not None
        table = self.recent.find(artifact.path)
        if table is None:
            file = self.file(artifact)
            sealing.check(file, artifact.bytes, artifact.digest)
            table = tables.read(file)
            self.recent.keep(artifact.path, table, table.nbytes)
        return table

    def file(self, artifact: Artifact) -> Path:
        """The file of an artifact that is not inline."""
        assert artifact.path is not None
        return sealing.below(self.root, artifact.path)

    def verify(self, artifact: Artifact) -> None:
        """Raise ArtifactCorrupt unless the artifact is there and whole."""
        if artifact.inline is None:
            sealing.check(self.file(artifact), artifact.bytes, artifact.digest)

    def delete(self, prefix: str) -> None:
        """Remove everything below a key."""
        folder = sealing.below(self.root, sealing.safe_key(prefix))
        if folder.is_dir():
            shutil.rmtree(folder)
        elif folder.exists():
            os.unlink(folder)
