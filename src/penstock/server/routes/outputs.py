"""What runs made: the list, a look, a summary of columns, the content."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Query, Request, Response
from pydantic_core import to_json

from penstock import __version__
from penstock.artifacts import ArtifactStore
from penstock.artifacts.reader import Readers, TooBusy
from penstock.errors import ArtifactCorrupt, UsageError
from penstock.model.artifact import Artifact
from penstock.model.bounds import MOST
from penstock.server import downloads, outputs
from penstock.server.answers import has, json_answer, unchanged
from penstock.server.guard import ServiceOf, guarded
from penstock.server.kept import Folders, Kept, kept_output, opened, parts_of, tag_of
from penstock.server.refusals import Refusal
from penstock.server.service import Service
from penstock.server.streamed import Streamed
from penstock.store.outputs import Output
from penstock.store.runs import find_run
from penstock.wire.outputs import OutputList, OutputPreview, TableSummary

router = guarded()

#: Outputs on a page of the list.
PAGE: Final = 500
#: Bytes that are checked before the first of them is sent.
_WHOLE: Final = 8 << 20

MapIndex = Annotated[int | None, Query(ge=0, le=MOST)]


class TooManyLooks(Refusal):
    """Too many people look at large values at the moment."""

    code = "too_many_looks"
    status = 429


_making: Final = threading.Lock()


def _readers(request: Request, service: ServiceOf) -> Readers:
    """The processes that read tables; none is started before somebody looks."""
    state = request.app.state
    with _making:
        if not hasattr(state, "readers"):
            state.readers = Readers(service.artifacts)
    found: Readers = state.readers
    return found


ReadersOf = Annotated[Readers, Depends(_readers)]


@router.get("/runs/{run_id}/outputs", operation_id="listRunOutputs", response_model=OutputList)
def list_outputs(
    run_id: str,
    service: ServiceOf,
    readers: ReadersOf,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
    cursor: str | None = None,
) -> Response:
    """In the order of the tasks. A page may hold less than `limit`: `next_cursor` tells whether there is more."""
    store = ArtifactStore(service.artifacts)
    with service.database.read() as connection:
        key = find_run(connection, run_id)
        found = outputs.listed(connection, store, key, limit, cursor, service.project)
    if found.needs_reader:
        readers.warm()
    return json_answer({"items": found.items, "next_cursor": found.next_cursor})


@router.get("/runs/{run_id}/outputs/{dataset}/preview", operation_id="previewRunOutput", response_model=OutputPreview)
def preview(
    run_id: str,
    dataset: str,
    request: Request,
    service: ServiceOf,
    readers: ReadersOf,
    map_index: MapIndex = None,
    offset: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    first_column: Annotated[int, Query(ge=0, le=MOST)] = 0,
) -> Response:
    """Rows from `offset`; of a wide table those columns from `first_column` on that fit (`columns` tells which)."""
    output, store, kept = _found(service, run_id, dataset, map_index)
    if kept is not None:
        return _kept_preview(readers, kept, request, offset, limit, first_column)
    artifact = outputs.sound(store, output)
    tag = _tag(artifact, "preview")
    if tag is not None and has(request, tag):
        return unchanged(tag)
    if artifact.kind in outputs.READ_BY_CHILD:
        return _answer(output, _look(readers, "preview", output, artifact, offset, limit, first_column), tag)
    if (form := outputs.form_of(output)) is not None:
        return _answer(output, _look(readers, "file", output, artifact, form, offset, limit, first_column), tag)
    try:
        return _answer(output, to_json(store.preview(artifact).body()), tag)
    except ArtifactCorrupt:
        raise outputs.corrupt(output) from None


@router.get("/runs/{run_id}/outputs/{dataset}/summary", operation_id="summarizeRunOutput", response_model=TableSummary)
def summarize(
    run_id: str, dataset: str, request: Request, service: ServiceOf, readers: ReadersOf, map_index: MapIndex = None
) -> Response:
    """Of a large table a million rows from all over it are looked at, for two seconds at most."""
    output, store, kept = _found(service, run_id, dataset, map_index)
    if kept is not None:
        raise UsageError("what the project keeps itself is not summarized", cure="look at its rows")
    artifact = outputs.sound(store, output)
    tag = _tag(artifact, "summary")
    if tag is not None and has(request, tag):
        return unchanged(tag)
    return _answer(output, _look(readers, "summary", output, artifact), tag)


@router.get("/runs/{run_id}/outputs/{dataset}/content", operation_id="downloadRunOutput", response_class=Response)
def content(
    run_id: str,
    dataset: str,
    request: Request,
    service: ServiceOf,
    readers: ReadersOf,
    map_index: MapIndex = None,
    format: Literal["stored", "csv"] = "stored",
    inline: bool = False,
) -> Response:
    """An attachment. `format=csv` for tables and arrays; `inline=true` for pictures (png, jpeg, gif, webp, never svg),
    sandboxed."""
    output, store, kept = _found(service, run_id, dataset, map_index)
    if inline and not downloads.is_picture(output if kept is None else kept.shown):
        raise UsageError(f"'{dataset}' is no picture that can be shown", cure="download it without inline=true")
    if kept is not None:
        if format == "csv":
            raise UsageError("what the project keeps itself leaves as it is", cure="download it without format=csv")
        return _kept_content(kept, inline=inline)
    artifact = outputs.sound(store, output)
    if format == "csv":
        return _csv(readers, output, artifact)
    name = downloads.file_name(output)
    headers = downloads.headers(name, inline=inline and downloads.may_show(output))
    tag = _tag(artifact, "content")
    if tag is not None and has(request, tag):
        return unchanged(tag)
    if tag is not None:
        headers["ETag"] = tag
    stream = store.open(artifact)
    parts = downloads.proven(stream)
    media_type = downloads.media_type(output)
    headers["Content-Length"] = str(artifact.size)
    if artifact.size > _WHOLE:
        return Streamed(parts, stream, headers, media_type)
    try:
        with stream:
            return Response(b"".join(parts), headers=headers, media_type=media_type)
    except ArtifactCorrupt:
        raise outputs.corrupt(output) from None


def _csv(readers: Readers, output: Output, artifact: Artifact) -> Response:
    try:
        export = readers.csv(artifact)
    except ArtifactCorrupt:
        raise outputs.corrupt(output) from None
    except TooBusy:
        raise TooManyLooks(cure="try again when one of the exports has ended") from None
    name = downloads.file_name(output).rpartition(".")[0] + ".csv"
    return Streamed(export, closing(export), downloads.headers(name), "text/csv; charset=utf-8")


def _found(
    service: Service, run_id: str, dataset: str, map_index: int | None
) -> tuple[Output, ArtifactStore, Kept | None]:
    """An output; and what it is now, where the project keeps it itself."""
    with service.database.read() as connection:
        key = find_run(connection, run_id)
        output = outputs.chosen(connection, key, dataset, map_index)
        kept = kept_output(output, Folders(connection, key, service.project)) if output.kind == "dataset" else None
    return output, ArtifactStore(service.artifacts), kept


def _kept_preview(readers: Readers, kept: Kept, request: Request, *part: int) -> Response:
    path = kept.there()
    known = tag_of(path)
    tag = None if known is None else f'W/"{known}.preview.{__version__}"'
    if tag is not None and has(request, tag):
        return unchanged(tag)
    artifact = outputs.stored(kept.output)
    return _answer(kept.output, _look(readers, "kept", kept.output, artifact, str(path), kept.place.format, *part), tag)


def _kept_content(kept: Kept, *, inline: bool) -> Response:
    file, size = opened(kept.there())
    headers = downloads.headers(downloads.file_name(kept.shown), inline=inline and downloads.may_show(kept.shown))
    headers["Content-Length"] = str(size)
    return Streamed(parts_of(file, size), file, headers, downloads.media_type(kept.shown))


def _look(readers: Readers, what: str, output: Output, artifact: Artifact, *more: Any) -> bytes:
    try:
        return readers.look(what, artifact, *more)
    except ArtifactCorrupt:
        raise outputs.corrupt(output) from None
    except TooBusy:
        raise TooManyLooks(cure="try again in a moment") from None


def _answer(output: Output, body: bytes, tag: str | None) -> Response:
    """A body made elsewhere, with the names of what it is about in front."""
    names = to_json({"dataset": output.dataset, "map_index": output.map_index})
    return json_answer(names[:-1] + b"," + body[1:], headers=None if tag is None else {"ETag": tag})


def _tag(artifact: Artifact, what: str) -> str | None:
    """What is stored under a digest never changes; how it is told may, with the next version."""
    return None if artifact.digest is None else f'W/"{artifact.digest[7:39]}.{what}.{__version__}"'
