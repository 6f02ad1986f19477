"""Approvals as they are written: a question to a person between two tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from penstock.authoring.forms import params_of
from penstock.authoring.places import Place
from penstock.authoring.reading import Reader
from penstock.authoring.registration import Registration
from penstock.errors import ParameterError
from penstock.model import params
from penstock.model.nearest import did_you_mean
from penstock.model.spec import ON_SILENCE, ApprovalSpec, ParamSpec

KIND: Final = "approval"


def nobody() -> None:
    """Stands where other tasks have their function: no worker runs it."""


def registration(name: str, options: Mapping[str, Any], place: Place) -> Registration:
    """An approval among the tasks of a pipeline. Raises nothing: what is wrong is told by `spec`."""
    return Registration("task", name, nobody, {"name": name, **options}, place, arguments={})


def is_approval(one: Registration) -> bool:
    """Does a person answer it?"""
    return one.function is nobody


def approval(reader: Reader) -> ApprovalSpec:
    """What is asked, of the options of an approval; every mistake is noted."""
    form = params_of(reader, "field", '{"amount": Param("int", min=0)}')
    silent = reader.choice("on_timeout", ON_SILENCE, "rejected")
    given = reader.mapping("default", '{"amount": 0}')
    default = _default(reader, form, given, whole=silent == "approved")
    if given and silent != "approved":
        reader.misfit("default", 'it is for on_timeout="approved"; a field of the form has a default of its own')
    if "on_timeout" in reader.options and reader.options.get("timeout") is None and silent != "rejected":
        reader.misfit("on_timeout", 'say when, as in timeout="2d"')
    return ApprovalSpec(reader.text("message"), form, silent, default)


def _default(reader: Reader, form: dict[str, ParamSpec], given: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    for name in given:
        if name not in form:
            reader.wrong(f"default of {reader.whose} names '{name}', which is no field", did_you_mean(name, form))
    known = {name: value for name, value in given.items() if name in form}
    try:
        values = {name: params.coerce(form[name], value) for name, value in known.items()}
        if whole:
            params.resolve(form, values, {})
        return values
    except ParameterError as error:
        reader.wrong(f"default of {reader.whose} does not do: {error.message}", error.cure)
        return {}
