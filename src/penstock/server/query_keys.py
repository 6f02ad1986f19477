"""Keys of a query that a route does not know are refused: a misspelt filter must not show everything."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request
from fastapi.dependencies.models import Dependant

from penstock.errors import UsageError
from penstock.model.nearest import did_you_mean

#: The keys of each route, by the function that answers it.
_known: Final[dict[Any, tuple[str, ...]]] = {}


async def refuse_unknown_keys(request: Request) -> None:
    """A dependency of every route. Raises UsageError that lists the right words."""
    if not request.scope["query_string"]:
        return
    route = request.scope["route"]
    known = _known.get(route.endpoint)
    if known is None:
        known = _known[route.endpoint] = tuple(sorted(_of(route.dependant)))
    wrong = [key for key in dict.fromkeys(request.query_params.keys()) if key not in known]
    if wrong:
        listed = f"this address takes {', '.join(known)}" if known else "this address takes none"
        parts = [(key, f"there is no such key; {did_you_mean(key, known)}") for key in wrong]
        raise UsageError(f"there is no key '{wrong[0]}' in this query", cure=listed, parts=parts)


def _of(dependant: Dependant) -> set[str]:
    keys = {field.alias for field in dependant.query_params}
    return keys.union(*(_of(each) for each in dependant.dependencies))
