"""Which pipeline is meant by what people call it."""

from __future__ import annotations

from typing import Final

from penstock.errors import UsageError
from penstock.model.called import split
from penstock.store.connection import Connection
from penstock.store.missing import no_pipeline

#: Namespaces with a pipeline of one name that are told.
_TOLD: Final = 12


def find_pipeline(connection: Connection, namespace: str | None, called: str) -> tuple[str, str]:
    """The namespace and the name of the pipeline that is meant: by a namespace and a name, which need not be there; by
    `namespace/name`; or by a name alone that only one has.

    One that has gone from the project is meant only where no other has its name, which it may have got from it.
    Raises NotFound, and UsageError where several have the name, or two namespaces are told.
    """
    told, name = split(called)
    if namespace is not None and told is not None and namespace != told:
        wrong = f"pipeline '{called}' is in namespace '{told}', and namespace is '{namespace}'"
        raise UsageError(wrong, cure="leave out the one or the other", parts=[("namespace", wrong)])
    namespace, called = told if namespace is None else namespace, name
    if namespace is not None:
        return namespace, called
    rows = connection.all("SELECT namespace, present FROM pipeline WHERE pipeline = ? ORDER BY namespace", (called,))
    there = [row[0] for row in rows if row[1] is None or row[1]] or [row[0] for row in rows]
    if not there:
        raise no_pipeline(connection, None, called)
    if len(there) > 1:
        told = f"there are {len(there)} pipelines '{called}', in namespaces {', '.join(there[:_TOLD])}"
        raise UsageError(told, cure="say in which, by `namespace`", parts=[("namespace", told)])
    return there[0], called
