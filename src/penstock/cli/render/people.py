"""What people did to a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from penstock.cli.render import amounts
from penstock.cli.render.run import json_text
from penstock.cli.render.spans import Line, Span, clean, cut
from penstock.cli.render.states import Paint

Data = dict[str, Any]


def done_by(events: list[Data], paint: Paint, width: int) -> list[Line]:
    """`2026-03-01 12:00:01 clean: failed, set to succeeded by ann`, a line for each; none when nobody did anything."""
    if not events:
        return []
    return [[], [Span("by people", "bold")], *(_line(event, paint, width) for event in events)]


def _line(event: Data, paint: Paint, width: int) -> Line:
    data = event["data"]
    name = "run" if event["task"] is None else event["task"]
    item = "" if event["map_index"] is None else f"[{event['map_index']}]"
    values = _values(data.get("values"))
    more = "".join((f", {values}" if values else "", f": {data['comment']}" if data.get("comment") else ""))
    told = clean(f"{name}{item}: {_done(event['kind'], data)} by {data['by']}{more}")
    return [
        Span(f"  {amounts.moment(event['at'])}  ", "dim"),
        Span(cut(told, max(20, width - 24), paint.mark)),
    ]


def _done(kind: str, data: Data) -> str:
    state = kind.rpartition(".")[2]
    if data.get("before"):
        return f"{data['before']}, set to {state}"
    if data.get("reason") == "approval" and state in _ANSWERS:
        return _ANSWERS[state]
    return _DONE[kind](data) if kind in _DONE else state.replace("_", " ")


def _began(data: Data) -> str:
    if data.get("generation") is None:
        return "goes on"
    task, params = data.get("from"), _values(data.get("params"))
    return f"retried{f' from {task}' if task else ''}{f' with {params}' if params else ''}"


def _labelled(data: Data) -> str:
    set_ = [f"{name}={value}" for name, value in data.get("set", {}).items()]
    return "labels " + ", ".join([*set_, *(f"without {name}" for name in data.get("removed", ()))])


def _values(values: Data | None) -> str:
    return ", ".join(f"{name}={json_text(value)}" for name, value in (values or {}).items())


_ANSWERS: Final = {"succeeded": "approved", "failed": "rejected"}
_DONE: Final[dict[str, Callable[[Data], str]]] = {
    "run.created": lambda _: "asked for",
    "run.running": _began,
    "run.labels": _labelled,
    "params_changed": lambda data: f"goes on with {_values(data.get('params'))}",
    "breakpoints_changed": lambda data: f"rests before {', '.join(data.get('breakpoints') or ()) or 'no task'}",
}
