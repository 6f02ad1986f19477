"""Versions that differ in nothing but the environment of the Kedro project that they are of."""

from __future__ import annotations

import json
from dataclasses import replace

from penstock.authoring.environments import check_there, environment_of
from penstock.errors import TransitionError
from penstock.model.spec import CodeRef, PipelineSpec, from_json
from penstock.store.connection import Connection


class EnvironmentNotKnown(TransitionError):
    """Nobody has looked into the project for this environment yet.

    Its facts: `spec`, the definition in another environment, and `env`, the name.
    """

    code = "environment_not_known"


def environment_of_version(spec: str) -> str | None:
    """The environment of a version, told by its JSON ("{}" when it is gone)."""
    body = json.loads(spec)
    return environment_of(from_json(body).code) if body else None


def in_environment(connection: Connection, spec: PipelineSpec, version: str, env: str) -> tuple[PipelineSpec, str]:
    """The definition and the name of a version, or of the one that is the same in this environment.

    Raises EnvironmentNotKnown, and DefinitionError for an environment that is gone.
    """
    code = spec.code
    if code is None or environment_of(code) == env:
        return spec, version
    # The digest of the code is a word that no other version has, unless it is of the same code.
    rows = connection.all(
        "SELECT spec, version FROM pipeline_version WHERE namespace = ? AND pipeline = ? AND spec LIKE ? "
        "ORDER BY created_at DESC",
        (spec.namespace, spec.name, f'%"{code.digest}"%'),
    )
    for text, name in rows:
        known = from_json(json.loads(text))
        if known.code is not None and _of_same_code(known.code, code, env):
            return known, name
    check_there(replace(code, options={**code.options, "env": env}))
    raise EnvironmentNotKnown(
        f"pipeline '{spec.name}' as it is now was never run in environment '{env}'",
        cure="run it there once, from its form or with `penstock run --env`",
        spec=spec,
        env=env,
    )


def _of_same_code(known: CodeRef, code: CodeRef, env: str) -> bool:
    return known.digest == code.digest and known.options == {**code.options, "env": env}
