"""Keys of a query that a route does not know are refused: a misspelt filter must not show everything.

So are those that are given twice where one value is meant: which one counts is nobody's guess.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant

from penstock.errors import UsageError
from penstock.model.nearest import did_you_mean

#: The keys of each route, by the function that answers it, and whether several values may be given.
_known: Final[dict[Any, dict[str, bool]]] = {}


async def refuse_unknown_keys(request: Request) -> None:
    """A dependency of every route. Raises UsageError that lists the right words."""
    if not request.scope["query_string"]:
        return
    route = request.scope["route"]
    known = _known.get(route.endpoint)
    if known is None:
        known = _known[route.endpoint] = dict(sorted(_of(route.dependant).items()))
    given = Counter(key for key, _ in request.query_params.multi_items())
    wrong = [key for key in given if key not in known]
    if wrong:
        listed = f"this address takes {', '.join(known)}" if known else "this address takes none"
        parts = [(key, f"there is no such key; {did_you_mean(key, known)}") for key in wrong]
        raise UsageError(f"there is no key '{wrong[0]}' in this query", cure=listed, parts=parts)
    twice = [key for key, times in given.items() if times > 1 and not known[key]]
    if twice:
        parts = [(key, "it is given more than once; keep one") for key in twice]
        raise UsageError(f"{twice[0]}: it is given more than once", cure="keep one", parts=parts)


def _of(dependant: Dependant) -> dict[str, bool]:
    keys = {field.alias: get_origin(field.field_info.annotation) is list for field in dependant.query_params}
    for each in dependant.dependencies:
        keys |= _of(each)
    return keys
