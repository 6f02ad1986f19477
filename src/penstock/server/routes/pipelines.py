"""Pipelines: what they are, how their runs went."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Response

from penstock.server.answers import json_answer
from penstock.server.asking import definition
from penstock.server.guard import ServiceOf, guarded
from penstock.server.routes.graphs import Namespace
from penstock.store import definitions, grid, pipelines
from penstock.store.called import find_pipeline
from penstock.wire.pipelines import Grid, ParamList, PipelineDocument, PipelineList

router = guarded()


@router.get("/pipelines", operation_id="listPipelines", response_model=PipelineList)
def list_pipelines(
    service: ServiceOf,
    limit: Annotated[int, Query(ge=1, le=pipelines.MOST)] = pipelines.PAGE,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """Pipelines by namespace and name, and the project's files that can't be read."""
    with service.database.read() as connection:
        page = pipelines.list_pipelines(connection, limit, cursor)
        problems = definitions.problems(connection)
    return json_answer({"items": page.items, "problems": problems, "next_cursor": page.next_cursor})


@router.get("/pipelines/{name}", operation_id="getPipeline", response_model=PipelineDocument)
def get_pipeline(service: ServiceOf, name: str, namespace: Namespace = None) -> Response:
    """A pipeline in full, with what a form for its runs needs."""
    with service.database.read() as connection:
        return json_answer(pipelines.pipeline_document(connection, *find_pipeline(connection, namespace, name)))


@router.post("/pipelines/{name}/environments/{env}", operation_id="lookIntoEnvironment", response_model=ParamList)
def look_into_environment(service: ServiceOf, name: str, env: str, namespace: Namespace = None) -> Response:
    """The params that a pipeline of a Kedro project takes in an environment; its runs there then begin at once."""

    def act(version: str | None) -> Response:
        with service.database.read() as connection:
            spec, known = definition(connection, namespace, name, version, None if version else env)
        return json_answer({"version": known, "params": pipelines.params_of(spec)})

    return service.environments.known(act)


@router.get("/pipelines/{name}/grid", operation_id="getPipelineGrid", response_model=Grid)
def get_grid(
    service: ServiceOf,
    name: str,
    namespace: Namespace = None,
    limit: Annotated[int, Query(ge=1, le=grid.MOST_COLUMNS)] = grid.COLUMNS,
) -> Response:
    """The tasks of a pipeline by its last runs."""
    with service.database.read() as connection:
        return json_answer(grid.grid(connection, *find_pipeline(connection, namespace, name), limit))
