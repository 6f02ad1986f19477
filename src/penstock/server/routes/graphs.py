"""Graphs of definitions and the code of their tasks, of a run or of a pipeline's version."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import APIRouter, Query, Response

from penstock.server.answers import json_answer
from penstock.server.service import ServiceOf
from penstock.store import graphs
from penstock.store.runs import find_run
from penstock.wire.graphs import Graph, TaskSource

router = APIRouter()

Namespace: TypeAlias = Annotated[str, Query(max_length=1000)]
Version: TypeAlias = Annotated[str | None, Query(max_length=100)]


@router.get("/runs/{run_id}/graph", operation_id="getRunGraph", response_model=Graph)
def get_run_graph(service: ServiceOf, run_id: str) -> Response:
    """The graph of the version that a run used."""
    with service.database.read() as connection:
        return json_answer(graphs.graph_of_run(connection, find_run(connection, run_id)))


@router.get("/runs/{run_id}/source/{task}", operation_id="getTaskSource", response_model=TaskSource)
def get_task_source(service: ServiceOf, run_id: str, task: str) -> Response:
    """A task's code as it was in that run."""
    with service.database.read() as connection:
        return json_answer(graphs.source_of_run(connection, find_run(connection, run_id), task))


@router.get("/pipelines/{name}/graph", operation_id="getPipelineGraph", response_model=Graph)
def get_pipeline_graph(
    service: ServiceOf, name: str, namespace: Namespace = "default", version: Version = None
) -> Response:
    """The graph of a version of a pipeline, by default of the latest."""
    with service.database.read() as connection:
        return json_answer(graphs.graph_of_version(connection, namespace, name, version))


@router.get("/pipelines/{name}/source/{task}", operation_id="getPipelineTaskSource", response_model=TaskSource)
def get_pipeline_task_source(
    service: ServiceOf, name: str, task: str, namespace: Namespace = "default", version: Version = None
) -> Response:
    """A task's code in a version of a pipeline, by default in the latest."""
    with service.database.read() as connection:
        return json_answer(graphs.source_of_version(connection, namespace, name, version, task))
