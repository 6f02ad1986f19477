"""Typed params as people give them by name: of a pipeline, and of the form of an approval."""

from __future__ import annotations

from penstock.authoring import param
from penstock.authoring.param import Param
from penstock.authoring.reading import Reader
from penstock.errors import DefinitionError
from penstock.model.spec import ParamSpec


def params_of(reader: Reader, what: str, example: str) -> dict[str, ParamSpec]:
    """The params of the option `params`; `what` one of them is called. Problems are kept by the reader."""
    found = {}
    for name, given in reader.mapping("params", example).items():
        reader.name(name, what)
        try:
            found[name] = given.spec(name) if isinstance(given, Param) else param.of_default(name, given, reader.place)
        except DefinitionError as error:
            reader.problems.keep(error)
            found[name] = ParamSpec(name)
    return found
