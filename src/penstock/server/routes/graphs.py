"""Graphs of definitions and the code of their tasks, of a run or of a pipeline's version."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeAlias
from urllib.parse import quote

from fastapi import Query, Request, Response

from penstock import __version__
from penstock.server.answers import has, json_answer, json_of, unchanged
from penstock.server.guard import ServiceOf, guarded
from penstock.server.packed import packed_answer
from penstock.server.service import Service
from penstock.store import graphs, pipelines
from penstock.store.called import find_pipeline
from penstock.store.runs import find_run
from penstock.store.versions import latest_version
from penstock.wire.graphs import Graph, TaskSource
from penstock.wire.pipelines import ParamList

router = guarded()

#: Where only one pipeline has the name, it need not be told.
Namespace: TypeAlias = Annotated[str | None, Query(max_length=1000)]
Version: TypeAlias = Annotated[str | None, Query(max_length=100)]


_AS_IT_WAS: dict[int | str, dict[str, Any]] = {304: {"description": "As it was."}}


@router.get("/runs/{run_id}/graph", operation_id="getRunGraph", response_model=Graph, responses=_AS_IT_WAS)
def get_run_graph(service: ServiceOf, run_id: str, request: Request) -> Response:
    """The graph of the version that a run used. Who sends its ETag back as If-None-Match gets 304."""
    with service.database.read() as connection:
        key = find_run(connection, run_id)
        version = graphs.version_of_run(connection, key)
        return _answer(service, request, version, partial(graphs.graph_of_run, connection, key))


@router.get("/runs/{run_id}/params", operation_id="getRunParams", response_model=ParamList)
def get_run_params(service: ServiceOf, run_id: str) -> Response:
    """The params that the version of a run takes: what a form for repeating it asks for."""
    with service.database.read() as connection:
        spec, version = graphs.spec_of_run(connection, find_run(connection, run_id))
    return json_answer({"version": version, "params": pipelines.params_of(spec)})


@router.get("/runs/{run_id}/source/{task}", operation_id="getTaskSource", response_model=TaskSource)
def get_task_source(service: ServiceOf, run_id: str, task: str) -> Response:
    """A task's code as it was in that run."""
    with service.database.read() as connection:
        return json_answer(graphs.source_of_run(connection, find_run(connection, run_id), task))


@router.get("/pipelines/{name}/graph", operation_id="getPipelineGraph", response_model=Graph, responses=_AS_IT_WAS)
def get_pipeline_graph(
    service: ServiceOf, name: str, request: Request, namespace: Namespace = None, version: Version = None
) -> Response:
    """The graph of a version of a pipeline, by default of the latest; 304 for who has it, by its ETag."""
    with service.database.read() as connection:
        place = find_pipeline(connection, namespace, name)
        known = version or latest_version(connection, *place)
        make = partial(graphs.graph_of_version, connection, *place, known)
        return _answer(service, request, (*place, known or ""), make)


@router.get("/pipelines/{name}/source/{task}", operation_id="getPipelineTaskSource", response_model=TaskSource)
def get_pipeline_task_source(
    service: ServiceOf, name: str, task: str, namespace: Namespace = None, version: Version = None
) -> Response:
    """A task's code in a version of a pipeline, by default in the latest."""
    with service.database.read() as connection:
        place = find_pipeline(connection, namespace, name)
        return json_answer(graphs.source_of_version(connection, *place, version, task))


def _answer(
    service: Service, request: Request, version: tuple[str, str, str], make: Callable[[], dict[str, Any]]
) -> Response:
    """A version's graph never changes: it is made and packed once for all its runs. Raises what `make` raises."""
    content = service.graphs.of(version, lambda: json_of(make()))
    tag = f'W/"{quote(version[2])}.{__version__}"'
    return unchanged(tag) if has(request, tag) else packed_answer(request, content, tag)
