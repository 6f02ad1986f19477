"""What people did to a run."""

from __future__ import annotations

from typing import Any

from penstock.cli.render import amounts
from penstock.cli.render.run import json_text
from penstock.cli.render.spans import Line, Span, clean, cut
from penstock.cli.render.states import Paint


def done_by(events: list[dict[str, Any]], paint: Paint, width: int) -> list[Line]:
    """`2026-03-01 12:00:01 clean: failed, set to succeeded by ann`, a line for each; none when nobody did anything."""
    if not events:
        return []
    return [[], [Span("by people", "bold")], *(_line(event, paint, width) for event in events)]


def _line(event: dict[str, Any], paint: Paint, width: int) -> Line:
    data, state = event["data"], event["kind"].partition(".")[2]
    name = "run" if event["task"] is None else clean(event["task"])
    item = "" if event["map_index"] is None else f"[{event['map_index']}]"
    before = f"{data['before']}, set to {state}" if data.get("before") else state
    values = ", ".join(f"{field}={json_text(value)}" for field, value in (data.get("values") or {}).items())
    told = "".join((f", {values}" if values else "", f": {data['comment']}" if data.get("comment") else ""))
    what = cut(clean(f"{name}{item}: {before} by {data['by']}{told}"), max(20, width - 24), paint.mark)
    return [Span(f"  {amounts.moment(event['at'])}  ", "dim"), Span(what)]
