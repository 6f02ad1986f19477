"""A look into a file that a task made or the project keeps: rows of tables, the beginning of texts. Pickle is never
unpickled."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from penstock.artifacts import kept
from penstock.artifacts.preview import TEXT, Preview, text_of
from penstock.artifacts.previews.cells import cell
from penstock.artifacts.previews.part import Part
from penstock.model.artifact import Artifact

#: Bytes of a file that is read to its end only to know how many rows it has.
COUNTED: Final = 64 << 20
#: Bytes of a workbook, which has to be unpacked.
WORKBOOK: Final = 48 << 20
#: Bytes at its beginning that tell how a CSV file is written.
_SNIFFED: Final = 16_384
_BLOCK: Final = 1 << 20
#: Files of a folder that are listed.
_LISTED: Final = 200


def look(path: Path, artifact: Artifact, form: str | None, part: Part) -> Preview:
    """A part of a file. Raises OSError, ValueError, ImportError as what it is read with does."""
    if path.is_dir():
        return _told(artifact, *_listing(path))
    descriptor, found = kept.open_file(path)
    with open(descriptor, "rb") as file:
        head = file.read(TEXT)
    known = artifact.rows if artifact.bytes == found.st_size else None
    if form == "csv":
        return _csv(path, artifact, part, known, found.st_size)
    if form == "parquet":
        return _parquet(path, artifact, part)
    if form == "feather":
        return _feather(path, artifact, part)
    if form == "xlsx" and found.st_size <= WORKBOOK:
        return _workbook(path, artifact, part)
    if form == "pickle":
        return _told(artifact, f"a pickle of {artifact.python_type}, not opened here", True)
    return _told(artifact, *text_of(head, found.st_size))


def _told(artifact: Artifact, text: str, cut: bool) -> Preview:
    return Preview(artifact.kind, artifact.python_type, artifact.size, text=text, cut=cut)


def _table(artifact: Artifact, names: list[str], types: list[str], rows: list[list[Any]], part: Part,
           total: int | None) -> Preview:  # fmt: skip
    columns = tuple(zip(names, types, strict=True))
    return Preview(
        artifact.kind, artifact.python_type, artifact.size, columns[part.columns], rows, part.offset, total,
        cut=len(columns) > part.column + part.width,
    )  # fmt: skip


def _listing(folder: Path) -> tuple[str, bool]:
    """Files of a folder with their sizes, one a line."""
    found = list(itertools.islice(_files(folder, folder), _LISTED + 1))
    lines = [f"{size:>12,}  {name}" for name, size in found[:_LISTED]]
    return "\n".join(lines) or "an empty folder", len(found) > _LISTED


def _files(folder: Path, root: Path) -> Iterator[tuple[str, int]]:
    with os.scandir(folder) as entries:
        inside = sorted(entries, key=lambda entry: entry.name)
    for entry in inside:
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path), root)
        else:
            yield os.path.relpath(entry.path, root), entry.stat(follow_symlinks=False).st_size


def _csv(path: Path, artifact: Artifact, part: Part, known: int | None, size: int) -> Preview:
    import pyarrow as pa

    try:
        return _csv_rows(path, artifact, part, known, size, texts=False)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        # The types of its first rows are not those of all, or it is not in UTF-8.
        return _csv_rows(path, artifact, part, known, size, texts=True)


def _csv_rows(path: Path, artifact: Artifact, part: Part, known: int | None, size: int, *, texts: bool) -> Preview:
    import pyarrow as pa
    from pyarrow import csv

    delimiter, names = _sniffed(path)
    types = {name: pa.string() for name in names} if texts else None
    with csv.open_csv(
        path,
        csv.ReadOptions(block_size=_BLOCK, use_threads=False, encoding="latin-1" if texts else "utf-8"),
        csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        csv.ConvertOptions(column_types=types, strings_can_be_null=True),
    ) as batches:
        schema = batches.schema
        if not texts and any(map(pa.types.is_binary, schema.types)):
            raise pa.ArrowInvalid("this is not in UTF-8")
        counts = known is None and size <= COUNTED
        rows, seen, whole = _rows_of(batches, part, to_end=counts)
    total = seen if whole else known
    return _table(artifact, schema.names, [str(kind) for kind in schema.types], rows, part, total)


def _sniffed(path: Path) -> tuple[str, list[str]]:
    """What stands between the cells of a CSV file, and the names in its first line."""
    import csv

    import pyarrow as pa

    with pa.input_stream(str(path)) as stream:
        head = bytes(stream.read(_SNIFFED)).decode("utf-8-sig", "replace")
    try:
        delimiter = csv.Sniffer().sniff(head.partition("\n")[0], ",;\t|").delimiter
    except csv.Error:
        delimiter = ","
    first = next(csv.reader(head.splitlines(keepends=True), delimiter=delimiter), [])
    return delimiter, first


def _parquet(path: Path, artifact: Artifact, part: Part) -> Preview:
    from pyarrow import parquet

    with parquet.ParquetFile(path, memory_map=True) as file:
        schema, about = file.schema_arrow, file.metadata
        # Only the groups of rows that hold the part are read, and of them only its columns.
        groups: list[int] = []
        before = first = 0
        for group in range(about.num_row_groups):
            count = about.row_group(group).num_rows
            if before + count > part.offset and before < part.offset + part.limit:
                first = before if not groups else first
                groups.append(group)
            before += count
        names = schema.names[part.columns]
        batches = file.iter_batches(row_groups=groups, columns=names, use_threads=False) if groups else iter(())
        inside = Part(part.offset - first, part.limit, 0, len(names))
        rows, _, _ = _rows_of(batches, inside, to_end=False)
        return _table(artifact, schema.names, [str(kind) for kind in schema.types], rows, part, about.num_rows)


def _feather(path: Path, artifact: Artifact, part: Part) -> Preview:
    import pyarrow as pa

    with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as file:
        batches = (file.get_batch(at) for at in range(file.num_record_batches))
        rows, seen, whole = _rows_of(batches, part, to_end=True)
        types = [str(kind) for kind in file.schema.types]
        return _table(artifact, file.schema.names, types, rows, part, seen if whole else None)


def _rows_of(batches: Any, part: Part, *, to_end: bool) -> tuple[list[list[Any]], int, bool]:
    """(rows of a part, rows seen, whether these are all of them) of batches of Arrow."""
    from penstock.artifacts.previews.arrow_page import value

    rows: list[list[Any]] = []
    seen = 0
    for batch in batches:
        first = max(part.offset - seen, 0)
        wanted = part.limit - len(rows)
        if first < batch.num_rows and wanted > 0:
            some = batch.slice(first, wanted)
            cells = [[value(scalar) for scalar in column] for column in some.columns[part.columns]]
            rows += [list(row) for row in zip(*cells, strict=True)] if cells else [[] for _ in range(some.num_rows)]
        seen += batch.num_rows
        if len(rows) >= part.limit and not to_end:
            return rows, seen, False
    return rows, seen, True


def _workbook(path: Path, artifact: Artifact, part: Part) -> Preview:
    """The first sheet; its first row has the names."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        return _told(artifact, "install openpyxl to see this workbook here, or download it", False)
    book = load_workbook(path, read_only=True, data_only=True)
    try:
        lines = book.worksheets[0].iter_rows(values_only=True)
        names = ["" if name is None else str(name) for name in next(lines, ())]
        rows: list[list[Any]] = []
        kinds: list[str] = []
        total = 0
        for line in lines:
            kinds = kinds or [type(value).__name__ for value in line]
            if part.offset <= total < part.offset + part.limit:
                rows.append([cell(value) for value in line[part.columns]])
            total += 1
        return _table(artifact, names, (kinds + [""] * len(names))[: len(names)], rows, part, total)
    finally:
        book.close()
